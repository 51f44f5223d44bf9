namespace ModelOps.Contracts.Deployments;

/// <summary>What is watched when nobody says otherwise: enough to find random scores within 1,500 products shown, and a model a fifth worse within 60,000.</summary>
public static class DefaultGuards
{
    /// <summary>Failures and latency by absolute figures, at once; clicks against the champion's, as soon as they are certain to be fewer.</summary>
    public static IReadOnlyList<Guard> All { get; } =
    [
        new(GuardMetric.ErrorRate, AtMost: .01),
        new(GuardMetric.LatencyP99, AtMostTimes: 3),
        new(GuardMetric.ClickRate, AtLeastTimes: .95),
    ];
}
