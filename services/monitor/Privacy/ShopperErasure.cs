using Microsoft.EntityFrameworkCore;
using ModelOps.Contracts;
using ModelOps.Contracts.Privacy;
using ModelOps.Monitor.Quality;

namespace ModelOps.Monitor.Privacy;

/// <summary>Removes what was counted of a person. Sums over all shoppers, which tell nothing of one, stay.</summary>
internal sealed class ShopperErasure(MonitorDb database, ShopperKeys keys)
{
    public async Task<IReadOnlyList<ErasedPlace>> EraseAsync(StoreId store, PersonTraces person, CancellationToken cancellationToken)
    {
        var key = await keys.OfAsync(store, cancellationToken);
        long[] shoppers = [key.OfUser(person.User), .. person.Sessions.Select(key.OfSession)];
        var sums = database.ShopperMinutes.Where(row => row.Store == store.Value && shoppers.Contains(row.Shopper));
        var reactions = database.Attributions.Where(row => row.Store == store.Value && person.Answers.Contains(row.Token));
        var searches = database.Searches.Where(row => row.Store == store.Value && (shoppers.Contains(row.Shopper) || person.Answers.Contains(row.Token)));
        var assisted = database.AssistAnswers.Where(row => row.Store == store.Value && (shoppers.Contains(row.Shopper) || person.Answers.Contains(row.Token)));
        return await database.Database.CreateExecutionStrategy().ExecuteAsync(async () =>
        {
            await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
            // Whoever counts holds one of these from before he reads the log until he has written: what he read before the log lost the person is there now.
            await database.Database.ExecuteSqlAsync($"SELECT FROM cursors WHERE name IN ({CursorRow.Impressions}, {CursorRow.Events}) ORDER BY name FOR UPDATE", cancellationToken);
            var (minutes, counted) = (await sums.ExecuteDeleteAsync(cancellationToken), await reactions.ExecuteDeleteAsync(cancellationToken));
            var (searched, helped) = (await searches.ExecuteDeleteAsync(cancellationToken), await assisted.ExecuteDeleteAsync(cancellationToken));
            await database.NoteRemovalAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            return new ErasedPlace[]
            {
                new("monitor", "sums of the shopper, by minute", minutes, await sums.LongCountAsync(cancellationToken)),
                new("monitor", "reactions that were counted, by answer", counted, await reactions.LongCountAsync(cancellationToken)),
                new("monitor", "searches, with what became of them", searched, await searches.LongCountAsync(cancellationToken)),
                new("monitor", "answers to the customer's messages, by how they were answered", helped, await assisted.LongCountAsync(cancellationToken)),
            };
        });
    }
}
