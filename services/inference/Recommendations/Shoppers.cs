using ModelOps.Contracts;
using ModelOps.EventLog;
using ModelOps.Features;
using ModelOps.Inference.Consents;
using ModelOps.Inference.Models;
using Npgsql;

namespace ModelOps.Inference.Recommendations;

/// <summary>A shopper as the model sees them: what the package knows, and what the event log has taken in since.</summary>
internal sealed class Shoppers(ShopEvents events, LiveConsents consents, HiddenIds hidden, TimeProvider time, ILogger<Shoppers> logger)
{
    /// <summary>A shopper is not kept waiting for an event log that hangs.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    /// <summary>How long the event log is left alone after it failed, so that not every shopper waits for it.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(2);

    private static readonly IReadOnlyDictionary<int, float> NoCounts = new Dictionary<int, float>();

    private long restsUntil;

    public async Task<Shopper> FindAsync(RecommendationModel model, string user, CancellationToken cancellationToken)
    {
        // Of somebody who was erased the log holds what came after, and the package must not say what came before.
        var isErased = consents.ErasedAt(model.Store, user) is not null;
        var recent = await AskAsync(token => events.ReadUserAsync(model.Store, user, isErased ? 0 : model.Schema.EventCursor, model.Schema.Length, token), cancellationToken);
        return With(model, isErased ? null : model.Shoppers.Find(await hidden.OfAsync(model.Store, user, cancellationToken)), recent);
    }

    /// <summary>Who has no account is known by the visit; a package knows nothing of visits.</summary>
    public async Task<Shopper> FindVisitAsync(RecommendationModel model, string session, CancellationToken cancellationToken) =>
        With(model, null, await AskAsync(token => events.ReadSessionAsync(model.Store, session, 0, model.Schema.Length, token), cancellationToken));

    /// <summary>The latest events of a shopper or a visit, oldest first; null where the event log could not be asked.</summary>
    public Task<IReadOnlyList<LoggedEvent>?> RecentAsync(StoreId store, string? user, string? session, int count, CancellationToken cancellationToken) => AskAsync(
        token => user is not null ? events.ReadUserAsync(store, user, 0, count, token) : events.ReadSessionAsync(store, session!, 0, count, token), cancellationToken);

    private static Shopper With(RecommendationModel model, ShopperHistory? packaged, IReadOnlyList<LoggedEvent>? recent)
    {
        if (recent is null or [])
            return new Shopper([.. packaged?.Items ?? []], packaged?.Counts ?? NoCounts) { IsUpToDate = recent is not null };

        var items = new List<int>(packaged?.Items ?? []);
        var counts = new Dictionary<int, float>(packaged?.Counts ?? NoCounts);
        foreach (var shopEvent in recent)
        {
            foreach (var index in shopEvent.Items.Select(item => model.Catalogue.Vocabulary.IndexOf(item.ItemId)).Where(index => index > 0))
            {
                if (model.Schema.Events.Contains(shopEvent.Name))
                    items.Add(index);
                if (model.Schema.Fusion is not null && model.Schema.CountedEvents.Contains(shopEvent.Name))
                    counts[index] = counts.GetValueOrDefault(index) + 1;
            }
        }
        return new Shopper([.. items], counts);
    }

    /// <summary>An answer from an older history beats none: without the event log the package's history is used.</summary>
    /// <returns>Null where the event log does not answer within a moment.</returns>
    public async Task<T?> AskAsync<T>(Func<CancellationToken, Task<T>> read, CancellationToken cancellationToken) where T : class
    {
        if (time.GetUtcNow().UtcTicks < Interlocked.Read(ref restsUntil))
            return null;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            // Left behind, not only cancelled: while a connection is being opened, Npgsql may not hear of it.
            return await Task.Run(() => read(patience.Token), patience.Token).WaitAsync(patience.Token);
        }
        catch (Exception exception) when (exception is NpgsqlException or TimeoutException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            Interlocked.Exchange(ref restsUntil, (time.GetUtcNow() + Rest).UtcTicks);
            logger.LogWarning("The event log is not reachable ({Reason}); answering from the packaged history", exception.Message);
            return null;
        }
    }
}

/// <param name="Items">Item indices, oldest first.</param>
/// <param name="Counts">The shopper's own counts by item index.</param>
internal sealed record Shopper(int[] Items, IReadOnlyDictionary<int, float> Counts)
{
    /// <summary>False when the event log could not be asked.</summary>
    public bool IsUpToDate { get; init; } = true;

    public static Shopper FromHistory(RecommendationModel model, IReadOnlyList<string> history)
    {
        var items = history.Select(id => model.Catalogue.Vocabulary.IndexOf(id)).Where(index => index > 0).ToArray();
        return new Shopper(items, items.CountBy(index => index).ToDictionary(pair => pair.Key, pair => (float)pair.Value));
    }
}
