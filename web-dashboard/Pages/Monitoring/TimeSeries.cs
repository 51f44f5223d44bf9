namespace ModelOps.Dashboard.Pages.Monitoring;

/// <summary>One line of a chart over time.</summary>
public sealed record TimeSeries(string Name, IReadOnlyList<TimePoint> Points)
{
    /// <summary>Of an earlier time, drawn beside what is.</summary>
    public bool IsEarlier { get; init; }

    /// <summary>Leaves out the moments that have no value.</summary>
    public static TimeSeries Of(string name, IEnumerable<QualityPoint> points, Func<QualityTotals, double?> value) =>
        new(name, [.. points.Select(point => (point.Start, Value: value(point.Totals))).Where(point => point.Value is not null).Select(point => new TimePoint(point.Start, point.Value!.Value))]);
}

public sealed record TimePoint(DateTime Start, double Value);
