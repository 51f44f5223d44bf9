namespace ModelOps.Contracts.Runs;

/// <summary>
/// The names in a run's metrics and comparison: <c>[segment/]metric[.lead][.low|.high]</c>. <c>ndcg@10</c> is a mean over the test cases,
/// <c>ndcg@10.low</c> and <c>ndcg@10.high</c> are its 95 % interval; in a baseline's row <c>ndcg@10.lead</c> is how much better the model
/// is, case by case, with an interval of its own; <c>cold/ndcg@10</c> is the mean over a segment.
/// </summary>
public static class MetricName
{
    /// <summary>Of training, over all restarts.</summary>
    public const string Seconds = "seconds";

    /// <summary>Memory of the training's process at its peak.</summary>
    public const string PeakMegabytes = "peak_megabytes";

    /// <summary>Hours times the configured price.</summary>
    public const string Cost = "cost";

    private const string LeadEnd = ".lead", LowEnd = ".low", HighEnd = ".high";

    public static string Of(string? segment, string metric) => segment is null ? metric : $"{segment}/{metric}";

    public static string Lead(string metric) => metric + LeadEnd;

    public static string Low(string metric) => metric + LowEnd;

    public static string High(string metric) => metric + HighEnd;

    /// <summary>Null for a metric of all cases.</summary>
    public static string? Segment(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var end = name.IndexOf('/', StringComparison.Ordinal);
        return end < 0 ? null : name[..end];
    }

    /// <summary>True for a value of its own, over all cases: no segment's, no lead, no end of an interval.</summary>
    public static bool IsPlain(string name) => Segment(name) is null && !name.Contains(LeadEnd, StringComparison.Ordinal)
        && !name.EndsWith(LowEnd, StringComparison.Ordinal) && !name.EndsWith(HighEnd, StringComparison.Ordinal);
}
