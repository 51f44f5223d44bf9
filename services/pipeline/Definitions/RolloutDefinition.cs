using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using ModelOps.Contracts.Deployments;
using ModelOps.Contracts.Quality;
using YamlDotNet.Serialization;

namespace ModelOps.Pipeline.Definitions;

/// <summary>How a version comes before shoppers. Without a kind the alias moves at once.</summary>
internal sealed record RolloutDefinition
{
    public const string Direct = "direct";

    [Description("direct, shadow, canary or ab.")]
    [AllowedValues(Direct, "shadow", "canary", "ab")]
    public string Kind { get; init; } = Direct;

    [YamlIgnore, JsonIgnore]
    public RolloutKind? Gradual => Enum.TryParse<RolloutKind>(Kind, ignoreCase: true, out var kind) && Enum.IsDefined(kind) ? kind : null;

    public string Alias { get; init; } = Arm.Champion;

    [Description("Percentages of shoppers, one after the other; 0 mirrors only.")]
    public List<double>? Steps { get; init; }

    [Description("How long each step lasts at least, in minutes.")]
    public double BakeMinutes { get; init; } = 10;

    [Description("For a shadow: of how many answers its own are computed too.")]
    public double MirrorPercent { get; init; } = 10;

    [Description("What must hold for the next step; a guard that does not ends the rollout at once.")]
    public List<GuardDefinition>? Guards { get; init; }

    public IEnumerable<DefinitionFault> Validate(string path)
    {
        if (Kind != Direct && Gradual is null)
            yield return new($"{path}.kind", $"rollout.kind is '{Kind}'; known: {Direct}, shadow, canary, ab.");
        foreach (var (index, guard) in (Guards ?? []).Index())
        {
            if (!GuardMetric.All.Contains(guard.Metric))
                yield return new($"{path}.guards[{index}].metric", $"rollout.guards watches '{guard.Metric}'; known: {string.Join(", ", GuardMetric.All)}.");
            else if (guard is { AtLeast: null, AtMost: null, AtLeastTimes: null, AtMostTimes: null })
                yield return new($"{path}.guards[{index}].metric", $"rollout.guards: the guard on {guard.Metric} has none of at_least, at_most, at_least_times and at_most_times.");
        }
    }
}

/// <summary>What must hold for a rollout's next step.</summary>
internal sealed record GuardDefinition
{
    [Description("error_rate, latency_p99, ctr, cvr or overlap; of a search search_ctr, zero_result_rate, reformulation_rate or abandoned_rate; of customer service hand_over_rate, out_of_scope_rate or ask_back_rate.")]
    [AllowedValues(GuardMetric.ErrorRate, GuardMetric.LatencyP99, GuardMetric.ClickRate, GuardMetric.ConversionRate, GuardMetric.Overlap,
        OutcomeMetric.SearchClickRate, OutcomeMetric.ZeroResultRate, OutcomeMetric.ReformulationRate, OutcomeMetric.AbandonedRate, OutcomeMetric.HandOverRate, OutcomeMetric.OutOfScopeRate, OutcomeMetric.AskBackRate)]
    public string Metric { get; init; } = "";

    public double? AtLeast { get; init; }

    public double? AtMost { get; init; }

    [Description("Relative to the champion's in the same time.")]
    public double? AtLeastTimes { get; init; }

    [Description("Relative to the champion's in the same time.")]
    public double? AtMostTimes { get; init; }

    public Guard ToContract() => new(Metric, AtLeast, AtMost, AtLeastTimes, AtMostTimes);
}
