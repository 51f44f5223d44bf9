using ModelOps.Contracts;
using ModelOps.EventLog;
using ModelOps.Features.Profiles;
using ModelOps.Inference.Consents;
using ModelOps.Inference.Recommendations;

namespace ModelOps.Inference.Profiles;

/// <summary>What shoppers did: what the package knows, and what the event log has taken in since.</summary>
internal sealed class ShopperEvents(ShopEvents events, Shoppers shoppers, HiddenIds hidden, LiveConsents consents)
{
    /// <summary>A shopper's, within a moment; where the event log cannot be asked, the package's alone.</summary>
    public async Task<(IReadOnlyList<ShopperEvent> Events, bool UpToDate)> FindAsync(ProfileModel model, string user, CancellationToken cancellationToken)
    {
        var recent = await shoppers.AskAsync(token => ReadAsync(model, [user], token), cancellationToken);
        return (await WithAsync(model, user, recent?[user] ?? [], cancellationToken), recent is not null);
    }

    /// <summary>Of many, however long it takes.</summary>
    public async Task<IReadOnlyList<IReadOnlyList<ShopperEvent>>> FindManyAsync(ProfileModel model, IReadOnlyList<string> users, CancellationToken cancellationToken)
    {
        var recent = await ReadAsync(model, users, cancellationToken);
        var histories = new List<IReadOnlyList<ShopperEvent>>(users.Count);
        foreach (var user in users)
            histories.Add(await WithAsync(model, user, recent[user], cancellationToken));
        return histories;
    }

    /// <summary>The next shoppers that the package or the event log knows, in the order of their ids' characters.</summary>
    /// <returns>At most <paramref name="limit"/>.</returns>
    public async Task<IReadOnlyList<string>> ListAsync(ProfileModel model, string? after, int limit, CancellationToken cancellationToken)
    {
        var logged = await events.ListUsersAsync(model.Store, model.Settings.EventCursor, after ?? "", limit, cancellationToken);
        var from = after is null ? 0 : Array.BinarySearch(model.Users, after, StringComparer.Ordinal);
        from = from < 0 ? ~from : after is null ? 0 : from + 1;
        return [.. model.Users.Skip(from).Take(limit).Concat(logged).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Take(limit)];
    }

    private Task<ILookup<string, LoggedEvent>> ReadAsync(ProfileModel model, IReadOnlyList<string> users, CancellationToken cancellationToken) =>
        events.ReadUsersAsync(model.Store, users, model.Settings.EventCursor, ShopperEvent.Names, ShopperPast.Longest, cancellationToken);

    /// <summary>Of somebody who was erased, what came after.</summary>
    private async ValueTask<List<ShopperEvent>> WithAsync(ProfileModel model, string user, IEnumerable<LoggedEvent> recent, CancellationToken cancellationToken)
    {
        var all = model.Histories.Find(await hidden.OfAsync(model.Store, user, cancellationToken)).Concat(recent.SelectMany(Of));
        return [.. consents.ErasedAt(model.Store, user) is { } erased ? all.Where(one => one.Time > erased.UtcDateTime) : all];
    }

    private static IEnumerable<ShopperEvent> Of(LoggedEvent logged) =>
        logged.Items.Select(item => new ShopperEvent(logged.Time.UtcDateTime, ShopperEvent.DeedOf(logged.Name)!.Value, item.ItemId, item.Quantity ?? 1, (double?)item.Price));
}
