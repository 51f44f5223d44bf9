using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using YamlDotNet.Serialization;

namespace ModelOps.Pipeline.Definitions;

/// <summary>A condition on a training's metrics and its data, or a person's approval.</summary>
internal sealed record GateDefinition
{
    public const string Required = "required";

    [Description("A metric of the training, or quarantined_share.")]
    public string Metric { get; init; } = "";

    /// <summary>A baseline of the training report, or <c>champion</c>, that the model must beat.</summary>
    [Description("A baseline of the training report, or champion, that the model must beat.")]
    public string? BetterThan { get; init; }

    /// <summary>A baseline of the training report, or <c>champion</c>, than which the model must not be worse with 95 % certainty.</summary>
    [Description("A baseline of the training report, or champion, than which the model must not be worse with 95 % certainty.")]
    public string? NoWorseThan { get; init; }

    /// <summary>For <see cref="NoWorseThan"/>: a loss that is allowed, as a share of the other's value.</summary>
    [Description("For no_worse_than: a loss that is allowed, as a share of the other's value.")]
    public double LossAtMost { get; init; }

    /// <summary><c>required</c>: the run waits until somebody approves.</summary>
    [Description("required: the run waits until somebody approves.")]
    [AllowedValues(Required)]
    public string? Approval { get; init; }

    public double? AtLeast { get; init; }

    public double? AtMost { get; init; }

    [YamlIgnore, JsonIgnore]
    public bool NeedsApproval => Approval is not null;

    public IEnumerable<DefinitionFault> Validate(string path)
    {
        var asks = BetterThan is not null || NoWorseThan is not null || AtLeast is not null || AtMost is not null;
        if (Approval is not null)
        {
            if (Approval != Required)
                yield return new($"{path}.approval", $"a gate's approval is '{Approval}'; known: {Required}. Leave the gate out where nobody has to approve.");
            if (asks || Metric.Length > 0)
                yield return new(path, "a gate asks for an approval and for a metric; make two of it.");
            yield break;
        }
        if (Metric.Length == 0)
            yield return new(path, "a gate names no metric.");
        if (!asks)
            yield return new($"{path}.metric", $"the gate on {Metric} has none of better_than, no_worse_than, at_least and at_most.");
        if (LossAtMost is not (>= 0 and < 1))
            yield return new($"{path}.loss_at_most", $"the gate on {Metric} has loss_at_most {LossAtMost}; it is a share from 0 to below 1.");
        if (LossAtMost > 0 && NoWorseThan is null)
            yield return new($"{path}.loss_at_most", $"the gate on {Metric} has loss_at_most without no_worse_than.");
    }
}
