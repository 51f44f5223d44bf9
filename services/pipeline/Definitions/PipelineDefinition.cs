using System.Text.Json.Serialization;
using ModelOps.Contracts.Deployments;
using YamlDotNet.Serialization;

namespace ModelOps.Pipeline.Definitions;

/// <summary>A pipeline as its YAML file has it; <c>pipelines/recommend.yaml</c> explains every key.</summary>
internal sealed record PipelineDefinition
{
    public string Name { get; init; } = "";

    /// <summary>The registered model that runs make versions of; the pipeline's name when absent.</summary>
    public string? Model { get; init; }

    public PrepareDefinition Prepare { get; init; } = new();

    /// <summary>Parameters of the trainer.</summary>
    public Dictionary<string, object?> Train { get; init; } = [];

    public List<GateDefinition> Gates { get; init; } = [];

    public RolloutDefinition Rollout { get; init; } = new();

    /// <summary>Everything that is wrong with the definition, in words that name the key.</summary>
    public IEnumerable<string> Validate()
    {
        if (Name.Length == 0)
            yield return "name is missing.";
        if (Rollout.Kind != RolloutDefinition.Direct && Rollout.Gradual is null)
            yield return $"rollout.kind is '{Rollout.Kind}'; known: {RolloutDefinition.Direct}, shadow, canary, ab.";
        foreach (var guard in Rollout.Guards ?? [])
        {
            if (!GuardMetric.All.Contains(guard.Metric))
                yield return $"rollout.guards watches '{guard.Metric}'; known: {string.Join(", ", GuardMetric.All)}.";
            else if (guard is { AtLeast: null, AtMost: null, AtLeastTimes: null, AtMostTimes: null })
                yield return $"rollout.guards: the guard on {guard.Metric} has none of at_least, at_most, at_least_times and at_most_times.";
        }
        foreach (var gate in Gates)
        {
            foreach (var wrong in gate.Validate())
                yield return wrong;
        }
    }
}

internal sealed record PrepareDefinition
{
    public bool IncludeEventLog { get; init; } = true;
}

/// <summary>A condition on a training's metrics and its data, or a person's approval.</summary>
internal sealed record GateDefinition
{
    public const string Required = "required";

    public string Metric { get; init; } = "";

    /// <summary>A baseline of the training report, or <c>champion</c>, that the model must beat.</summary>
    public string? BetterThan { get; init; }

    /// <summary>A baseline of the training report, or <c>champion</c>, than which the model must not be worse with 95 % certainty.</summary>
    public string? NoWorseThan { get; init; }

    /// <summary>For <see cref="NoWorseThan"/>: a loss that is allowed, as a share of the other's value.</summary>
    public double LossAtMost { get; init; }

    /// <summary><c>required</c>: the run waits until somebody approves.</summary>
    public string? Approval { get; init; }

    public double? AtLeast { get; init; }

    public double? AtMost { get; init; }

    [YamlIgnore, JsonIgnore]
    public bool NeedsApproval => Approval is not null;

    public IEnumerable<string> Validate()
    {
        var asks = BetterThan is not null || NoWorseThan is not null || AtLeast is not null || AtMost is not null;
        if (Approval is not null)
        {
            if (Approval != Required)
                yield return $"a gate's approval is '{Approval}'; known: {Required}. Leave the gate out where nobody has to approve.";
            if (asks || Metric.Length > 0)
                yield return "a gate asks for an approval and for a metric; make two of it.";
            yield break;
        }
        if (Metric.Length == 0)
            yield return "a gate names no metric.";
        if (!asks)
            yield return $"the gate on {Metric} has none of better_than, no_worse_than, at_least and at_most.";
        if (LossAtMost is not (>= 0 and < 1))
            yield return $"the gate on {Metric} has loss_at_most {LossAtMost}; it is a share from 0 to below 1.";
        if (LossAtMost > 0 && NoWorseThan is null)
            yield return $"the gate on {Metric} has loss_at_most without no_worse_than.";
    }
}

/// <summary>How a version comes before shoppers. Without a kind the alias moves at once.</summary>
internal sealed record RolloutDefinition
{
    public const string Direct = "direct";

    public string Kind { get; init; } = Direct;

    [YamlIgnore, JsonIgnore]
    public RolloutKind? Gradual => Enum.TryParse<RolloutKind>(Kind, ignoreCase: true, out var kind) && Enum.IsDefined(kind) ? kind : null;

    public string Alias { get; init; } = Arm.Champion;

    public List<double>? Steps { get; init; }

    public double BakeMinutes { get; init; } = 10;

    public double MirrorPercent { get; init; } = 10;

    public List<GuardDefinition>? Guards { get; init; }
}

/// <summary>What must hold for a rollout's next step.</summary>
internal sealed record GuardDefinition
{
    public string Metric { get; init; } = "";

    public double? AtLeast { get; init; }

    public double? AtMost { get; init; }

    public double? AtLeastTimes { get; init; }

    public double? AtMostTimes { get; init; }

    public Guard ToContract() => new(Metric, AtLeast, AtMost, AtLeastTimes, AtMostTimes);
}
