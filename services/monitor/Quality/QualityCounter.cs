using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using ModelOps.Contracts;
using ModelOps.Contracts.Events;
using ModelOps.EventLog;
using ModelOps.Monitor.Privacy;

namespace ModelOps.Monitor.Quality;

/// <summary>
/// Reads impressions and events once each and adds them to the minute, store, model and version they belong to. An event belongs
/// to the answer that its attribution token names, if that one showed the product and was given within the attribution window before:
/// to its version, arm, placement and minute.
/// </summary>
internal sealed class QualityCounter(IServiceScopeFactory scopes, ShopEvents events, ShopperKeys keys, IOptions<AttributionOptions> attribution, TimeProvider time, ILogger<QualityCounter> logger) : BackgroundService
{
    private const int SliceSize = 2000;
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
        await using var counting = await Counting.OpenAsync(scope.ServiceProvider.GetRequiredService<MonitorDb>(), CursorRow.Impressions, cancellationToken);
        var slice = await events.ReadImpressionsAsync(counting.Position, SliceSize, cancellationToken);
        var tally = new Tally(await keys.OfAsync(slice.Events.Select(answer => answer.Store), cancellationToken));
        foreach (var answer in slice.Events)
            Count(tally, answer);
        return await counting.SaveAsync(tally, slice.Cursor, slice.Events.Count, cancellationToken);
    }

    private static void Count(Tally tally, Impression answer)
    {
        var window = tally.Window(answer);
        window.Requests++;
        window.Failures += answer.Failed ? 1 : 0;
        window.CacheHits += answer.Cached ? 1 : 0;
        window.LatencyCounts[LatencyHistogram.BucketOf(answer.Seconds)]++;
        if (answer.ComputeSeconds is { } compute)
        {
            window.Computed++;
            window.QueueSeconds += answer.QueueSeconds ?? 0;
            window.ComputeSeconds += compute;
        }
        if (answer.Overlap is { } overlap) // a shadow's are not shown
        {
            window.Compared++;
            window.Overlap += overlap;
            return;
        }
        window.Impressions += answer.Items.Count;
        if (answer.Failed)
            return;
        var shopper = tally.Shopper(answer);
        shopper.Answers++;
        shopper.Impressions += answer.Items.Count;
        tally.Show(answer);
    }

    private async Task<int> CountEventsAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        await using var counting = await Counting.OpenAsync(scope.ServiceProvider.GetRequiredService<MonitorDb>(), CursorRow.Events, cancellationToken);
        var slice = await events.ReadAsync(null, counting.Position, SliceSize, cancellationToken);
        var attributed = slice.Events.Where(e => e.Token is not null).ToList();
        var shown = await events.FindImpressionsAsync([.. attributed.Select(e => e.Token!).Distinct()], cancellationToken);
        var early = attributed.Find(e => !shown.ContainsKey((e.Store, e.Token!)) && IsFresh(e.Token!));
        var ready = early is null ? slice : Before(early, slice.Events, counting.Position);
        var reactions = ready.Events.Where(e => e.Token is not null && shown.ContainsKey((e.Store, e.Token!)))
            .SelectMany(e => Reaction.Of(e, shown[(e.Store, e.Token!)], attribution.Value)).ToList();
        var tally = new Tally(await keys.OfAsync(reactions.Select(reaction => reaction.Answer.Store), cancellationToken));
        foreach (var reaction in await counting.NewAmongAsync(reactions, cancellationToken))
            reaction.AddTo(tally);
        return await counting.SaveAsync(tally, ready.Cursor, ready.Events.Count, cancellationToken);
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
}
