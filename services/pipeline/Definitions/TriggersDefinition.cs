using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using ModelOps.Contracts.Deployments;

namespace ModelOps.Pipeline.Definitions;

/// <summary>What starts a run beside the schedule and people. A trigger whose key is absent is off.</summary>
internal sealed record TriggersDefinition
{
    [Description("The monitor found that shoppers or products are no longer those that the champion was trained on.")]
    public DriftTriggerDefinition? Drift { get; init; }

    [Description("Enough events have come since the version that was trained with.")]
    public NewRowsTriggerDefinition? NewRows { get; init; }

    [Description("Shoppers react less to the champion than in its first days, or than they did to the version before it.")]
    public QualityDropTriggerDefinition? QualityDrop { get; init; }

    [Description("A signed call of POST /v1/pipelines/{name}/trigger.")]
    public bool Webhook { get; init; }

    public IEnumerable<DefinitionFault> Validate(string path) => [.. NewRows?.Validate($"{path}.new_rows") ?? [], .. QualityDrop?.Validate($"{path}.quality_drop") ?? []];
}

/// <summary>No key yet: what counts as drift is the monitor's.</summary>
internal sealed record DriftTriggerDefinition;

/// <summary>Either is enough.</summary>
internal sealed record NewRowsTriggerDefinition
{
    /// <summary>New events as a share of those that were trained with last.</summary>
    [Description("New events as a share of those that were trained with last, as in 0.2.")]
    public double? Share { get; init; }

    [Description("New events.")]
    public long? Count { get; init; }

    public IEnumerable<DefinitionFault> Validate(string path)
    {
        if (Share is null && Count is null)
            yield return new(path, "triggers.new_rows has neither share nor count.");
        if (Share is { } share && share is not (> 0 and <= 100))
            yield return new($"{path}.share", $"triggers.new_rows.share is {share}; it is above 0 and at most 100, as in 0.2 for a fifth.");
        if (Count is <= 0)
            yield return new($"{path}.count", $"triggers.new_rows.count is {Count}; it is at least 1.");
    }
}

internal sealed record QualityDropTriggerDefinition
{
    private static readonly string[] Metrics = [GuardMetric.ClickRate, GuardMetric.ConversionRate];

    [Description("ctr (clicks per product shown) or cvr (purchases per product shown).")]
    [AllowedValues(GuardMetric.ClickRate, GuardMetric.ConversionRate)]
    public string Metric { get; init; } = GuardMetric.ClickRate;

    /// <summary>The relative loss that must be certain.</summary>
    [Description("The relative loss that must be certain, as in 0.05.")]
    public double Drop { get; init; } = .05;

    /// <summary>How many whole days (UTC) are compared with as many. A week has every weekday once.</summary>
    [Description("How many whole days (UTC) are compared with as many; a week has every weekday once.")]
    public int Days { get; init; } = 7;

    /// <summary>Of the one-sided interval.</summary>
    [Description("How certain the loss must be, as in 0.995.")]
    public double Confidence { get; init; } = .995;

    [Description("Products shown in either time below which nothing is said.")]
    public long MinImpressions { get; init; } = 1000;

    public IEnumerable<DefinitionFault> Validate(string path)
    {
        if (!Metrics.Contains(Metric))
            yield return new($"{path}.metric", $"triggers.quality_drop.metric is '{Metric}'; known: {string.Join(", ", Metrics)}.");
        if (Drop is not (>= 0 and < 1))
            yield return new($"{path}.drop", $"triggers.quality_drop.drop is {Drop}; it is a share from 0 to below 1.");
        if (Days is < 3 or > 28)
            yield return new($"{path}.days", $"triggers.quality_drop.days is {Days}; it is 3 to 28.");
        if (Confidence is not (>= .5 and < 1))
            yield return new($"{path}.confidence", $"triggers.quality_drop.confidence is {Confidence}; it is .5 to below 1.");
        if (MinImpressions < 1)
            yield return new($"{path}.min_impressions", $"triggers.quality_drop.min_impressions is {MinImpressions}; it is at least 1.");
    }
}
