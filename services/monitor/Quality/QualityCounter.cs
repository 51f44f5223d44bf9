using Microsoft.EntityFrameworkCore;
using ModelOps.Contracts;
using ModelOps.Contracts.Events;
using ModelOps.EventLog;

namespace ModelOps.Monitor.Quality;

/// <summary>
/// Reads impressions and events once each and adds them to the minute, store, model and version they belong to. An event belongs
/// to the answer that its attribution token names, if that one showed the product: to its version, arm and minute.
/// </summary>
internal sealed class QualityCounter(IServiceScopeFactory scopes, ShopEvents events, TimeProvider time, ILogger<QualityCounter> logger) : BackgroundService
{
    private const int SliceSize = 2000;
    private const string ImpressionCursor = "impressions";
    private const string EventCursor = "events";
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Impressions are written behind their answers: how long a click that overtook its own is waited with.</summary>
    private static readonly TimeSpan ImpressionPatience = TimeSpan.FromSeconds(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var counted = await CountImpressionsAsync(stoppingToken) + await CountEventsAsync(stoppingToken);
                if (counted < SliceSize)
                    await Task.Delay(Pause, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (DbUpdateConcurrencyException)
            {
                // Another replica counted this slice.
            }
            catch (Exception exception)
            {
                logger.LogWarning("Counting waits ({Reason})", exception.GetBaseException().Message);
                await Task.Delay(Pause, CancellationToken.None);
            }
        }
    }

    private async Task<int> CountImpressionsAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var counts = await WindowCounts.OpenAsync(scope.ServiceProvider.GetRequiredService<MonitorDb>(), ImpressionCursor, cancellationToken);
        var slice = await events.ReadImpressionsAsync(counts.Position, SliceSize, cancellationToken);
        foreach (var impression in slice.Events)
        {
            var window = await counts.WindowAsync(impression, cancellationToken);
            window.Requests++;
            window.Failures += impression.Failed ? 1 : 0;
            if (impression.Overlap is { } overlap)
            {
                window.Compared++;
                window.Overlap += overlap;
            }
            window.Impressions += impression.Overlap is null ? impression.Items.Count : 0; // a shadow's are not shown
            window.CacheHits += impression.Cached ? 1 : 0;
            var latency = window.LatencyCounts.ToArray(); // replaced, so that the change is seen
            latency[LatencyHistogram.BucketOf(impression.Seconds)]++;
            window.LatencyCounts = latency;
        }
        return await counts.SaveAsync(slice.Cursor, slice.Events.Count, cancellationToken);
    }

    private async Task<int> CountEventsAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var counts = await WindowCounts.OpenAsync(scope.ServiceProvider.GetRequiredService<MonitorDb>(), EventCursor, cancellationToken);
        var slice = await events.ReadAsync(null, counts.Position, SliceSize, cancellationToken);
        var attributed = slice.Events.Where(e => e.Token is not null).ToList();
        var shown = await events.FindImpressionsAsync([.. attributed.Select(e => e.Token!).Distinct()], cancellationToken);
        var early = attributed.Find(e => !shown.ContainsKey((e.Store, e.Token!)) && IsFresh(e.Token!));
        var ready = early is null ? slice : Before(early, slice.Events, counts.Position);
        foreach (var shopEvent in ready.Events.Where(e => e.Token is not null))
        {
            if (shown.TryGetValue((shopEvent.Store, shopEvent.Token!), out var impression))
                await CountAsync(counts, shopEvent, impression, cancellationToken);
        }
        return await counts.SaveAsync(ready.Cursor, ready.Events.Count, cancellationToken);
    }

    /// <summary>Tokens are UUIDs of version 7, so they know when their answer was given; one that is not ours has no impression to wait for.</summary>
    private bool IsFresh(string token) =>
        Guid.TryParseExact(token, "N", out var id) && id.Version == 7
        && time.GetUtcNow() - DateTimeOffset.FromUnixTimeMilliseconds(Convert.ToInt64(token[..12], 16)) is var age && age < ImpressionPatience && age > -ImpressionPatience;

    private static EventSlice<LoggedEvent> Before(LoggedEvent early, IReadOnlyList<LoggedEvent> events, long position)
    {
        var ready = events.TakeWhile(e => e.Cursor < early.Cursor).ToList();
        return new EventSlice<LoggedEvent>(ready, ready.Count == 0 ? position : ready[^1].Cursor);
    }

    private static async Task CountAsync(WindowCounts counts, LoggedEvent shopEvent, Impression impression, CancellationToken cancellationToken)
    {
        if (!shopEvent.Items.Any(item => impression.Items.Contains(item.ItemId)))
            return;
        var window = await counts.WindowAsync(impression, cancellationToken);
        window.Clicks += shopEvent.Name == EventNames.View ? 1 : 0;
        window.AddToCarts += shopEvent.Name == EventNames.AddToCart ? 1 : 0;
        window.Purchases += shopEvent.Name == EventNames.Purchase ? 1 : 0;
    }
}

/// <summary>The windows that a slice touches, and the cursor that moves with them.</summary>
internal sealed class WindowCounts
{
    private readonly MonitorDb database;
    private readonly CursorRow cursor;

    private WindowCounts(MonitorDb database, CursorRow cursor) => (this.database, this.cursor) = (database, cursor);

    public long Position => cursor.Position;

    public static async Task<WindowCounts> OpenAsync(MonitorDb database, string name, CancellationToken cancellationToken)
    {
        var cursor = await database.Cursors.FindAsync([name], cancellationToken);
        if (cursor is null)
            database.Cursors.Add(cursor = new CursorRow { Name = name });
        return new WindowCounts(database, cursor);
    }

    public async Task<WindowRow> WindowAsync(Impression impression, CancellationToken cancellationToken)
    {
        var start = new DateTimeOffset(impression.Time.UtcTicks - impression.Time.UtcTicks % TimeSpan.TicksPerMinute, TimeSpan.Zero);
        var window = await database.Windows.FindAsync([impression.Store.Value, impression.Model, impression.Version, impression.Arm, start], cancellationToken);
        if (window is null)
            database.Windows.Add(window = new WindowRow { Store = impression.Store.Value, Model = impression.Model, Version = impression.Version, Arm = impression.Arm, Start = start });
        return window;
    }

    public async Task<int> SaveAsync(long position, int counted, CancellationToken cancellationToken)
    {
        if (position == cursor.Position)
            return 0;
        cursor.Position = position;
        await database.SaveChangesAsync(cancellationToken);
        return counted;
    }
}
