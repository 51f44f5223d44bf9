using ModelOps.Contracts;
using ModelOps.Contracts.Quality;

namespace ModelOps.Dashboard.Pages.Monitoring;

internal static class QualityHistory
{
    /// <summary>All windows of the last <paramref name="length"/>, oldest first, page by page.</summary>
    public static Task<IReadOnlyList<QualityWindow>> GetWindowsAsync(this MonitorClient monitor, StoreId store, string model, TimeSpan length, CancellationToken cancellationToken) =>
        monitor.GetWindowsAsync(store, model, DateTimeOffset.UtcNow - length, null, cancellationToken);

    /// <summary>Those of the same time, <paramref name="ago"/> before, as if they were of now: so they lie beside what is.</summary>
    public static async Task<IReadOnlyList<QualityWindow>> GetEarlierWindowsAsync(this MonitorClient monitor, StoreId store, string model, TimeSpan length, TimeSpan ago, CancellationToken cancellationToken)
    {
        var then = DateTimeOffset.UtcNow - ago;
        return [.. (await monitor.GetWindowsAsync(store, model, then - length, then, cancellationToken)).Select(window => window with { Start = window.Start + ago })];
    }

    private static async Task<IReadOnlyList<QualityWindow>> GetWindowsAsync(
        this MonitorClient monitor, StoreId store, string model, DateTimeOffset from, DateTimeOffset? to, CancellationToken cancellationToken)
    {
        var windows = new List<QualityWindow>();
        string? after = null;
        do
        {
            var page = await monitor.GetQualityAsync(store, model, from, to, after, cancellationToken);
            windows.AddRange(page.Items);
            after = page.Next;
        }
        while (after is not null);
        return windows;
    }

    /// <summary>Cuts the last <paramref name="length"/> into steps; a step in which nothing happened is there too, with zeros.</summary>
    public static IReadOnlyList<QualityPoint> Steps(this IEnumerable<QualityWindow> windows, TimeSpan length, TimeSpan step)
    {
        var byStep = windows.ToLookup(window => Floor(window.Start, step));
        var first = Floor(DateTimeOffset.UtcNow - length, step) + step;
        return [.. Enumerable.Range(0, (int)(length / step)).Select(index => first + index * step).Select(start => new QualityPoint(start.LocalDateTime, QualityTotals.Of(byStep[start])))];
    }

    private static DateTimeOffset Floor(DateTimeOffset time, TimeSpan step) => new(time.UtcTicks - time.UtcTicks % step.Ticks, TimeSpan.Zero);
}

/// <summary>One point of a chart over time.</summary>
public sealed record QualityPoint(DateTime Start, QualityTotals Totals);
