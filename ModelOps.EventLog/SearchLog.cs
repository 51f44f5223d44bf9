using ModelOps.Contracts;
using ModelOps.Contracts.Events;
using Npgsql;
using NpgsqlTypes;

namespace ModelOps.EventLog;

/// <summary>A search's answer with what followed from it.</summary>
/// <param name="Reactions">Views, carts and purchases that name its token.</param>
public sealed record LoggedAnswer(Impression Answer, IReadOnlyList<LoggedEvent> Reactions, long Cursor);

/// <summary>The searches of the log with what shoppers did then, for whoever learns from them.</summary>
public sealed class SearchLog(NpgsqlDataSource database)
{
    private readonly Schema schema = Schema.Of(database);

    /// <summary>A store's searches after <paramref name="cursor"/>, about <paramref name="limit"/>, in order.</summary>
    /// <param name="until">The last position that is looked at, of searches and of what followed; it is settled.</param>
    public async Task<EventSlice<LoggedAnswer>> ReadAsync(StoreId store, long cursor, long until, int limit, CancellationToken cancellationToken = default)
    {
        await schema.EnsureAsync(cancellationToken);
        var searches = new List<(Impression Answer, long Cursor)>();
        await using (var command = database.CreateCommand($"""
            SELECT {ShopEvents.ImpressionColumns}, position FROM impressions
            WHERE store = $1 AND search IS NOT NULL AND overlap IS NULL AND NOT failed AND position > $2 AND position <= $3 ORDER BY position FETCH FIRST $4 ROWS WITH TIES
            """))
        {
            command.Parameters.Add(new() { Value = store.Value });
            command.Parameters.Add(new() { Value = cursor });
            command.Parameters.Add(new() { Value = until });
            command.Parameters.Add(new() { Value = limit });
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
                searches.Add((ShopEvents.ReadImpression(reader), reader.GetInt64(ShopEvents.PositionColumn)));
        }
        var reactions = (await ReactionsAsync(store, [.. searches.Select(search => search.Answer.Token)], until, cancellationToken)).ToLookup(reaction => reaction.Token);
        return new EventSlice<LoggedAnswer>([.. searches.Select(search => new LoggedAnswer(search.Answer, [.. reactions[search.Answer.Token]], search.Cursor))], searches.Count == 0 ? cursor : searches[^1].Cursor);
    }

    private async Task<List<LoggedEvent>> ReactionsAsync(StoreId store, string[] tokens, long until, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"SELECT {ShopEvents.Columns} FROM events WHERE store = $1 AND token = ANY($2) AND position <= $3 AND name = ANY($4)");
        command.Parameters.Add(new() { Value = store.Value });
        command.Parameters.Add(new() { Value = tokens, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = until });
        command.Parameters.Add(new() { Value = new[] { EventNames.View, EventNames.AddToCart, EventNames.Purchase } });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<LoggedEvent>();
        while (await reader.ReadAsync(cancellationToken))
            found.Add(ShopEvents.ReadEvent(reader, store));
        return found;
    }
}
