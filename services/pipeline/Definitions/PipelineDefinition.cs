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
        if (Rollout.Kind != RolloutDefinition.Direct)
            yield return $"rollout.kind is '{Rollout.Kind}'; known: {RolloutDefinition.Direct}.";
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

internal sealed record RolloutDefinition
{
    public const string Direct = "direct";

    public string Kind { get; init; } = Direct;

    public string Alias { get; init; } = "champion";
}
