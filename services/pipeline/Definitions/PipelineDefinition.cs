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
            if (gate.Metric.Length == 0)
                yield return "a gate names no metric.";
            if (gate.BetterThan is null && gate.AtLeast is null && gate.AtMost is null)
                yield return $"the gate on {gate.Metric} has none of better_than, at_least and at_most.";
        }
    }
}

internal sealed record PrepareDefinition
{
    public bool IncludeEventLog { get; init; } = true;
}

/// <summary>A condition on a training's metrics.</summary>
internal sealed record GateDefinition
{
    public string Metric { get; init; } = "";

    /// <summary>A baseline of the training report that the model must beat.</summary>
    public string? BetterThan { get; init; }

    public double? AtLeast { get; init; }

    public double? AtMost { get; init; }
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
