using System.Runtime.CompilerServices;
using ModelOps.Contracts;
using ModelOps.Contracts.Events;
using Npgsql;

namespace ModelOps.EventLog;

/// <summary>What one shopper did within a stretch of time.</summary>
/// <param name="History">Events before it, at most <see cref="ShopDays.MostHistory"/>; 0 for a visit without an account.</param>
public sealed record ShopperEvents(int History, IReadOnlyList<LoggedEvent> Events);

/// <summary>An answer that shoppers saw.</summary>
/// <param name="Score">As <see cref="Impression.Score"/> has it.</param>
public sealed record ShownProducts(IReadOnlyList<string> Items, double? Score);

/// <summary>The event log by day: a store's shoppers one after the other, and what they were shown.</summary>
public sealed class ShopDays
{
    /// <summary>Beyond this a shopper's history is not counted on.</summary>
    public const int MostHistory = 200;

    private const int LongestSeconds = 600;

    private readonly NpgsqlDataSource database;
    private readonly Schema schema;

    public ShopDays(NpgsqlDataSource database)
    {
        this.database = database;
        schema = Schema.Of(database);
    }

    /// <summary>Whether the store has an event before <paramref name="time"/>.</summary>
    public async Task<bool> GoesBackToAsync(StoreId store, DateTimeOffset time, CancellationToken cancellationToken = default)
    {
        await schema.EnsureAsync(cancellationToken);
        await using var command = Command("SELECT EXISTS (SELECT 1 FROM events WHERE store = $1 AND time < $2)", store.Value, time.UtcDateTime);
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Shoppers with their events, without impressions. Of many events, those of shoppers who are drawn by the hash of their id.</summary>
    /// <param name="since">From when on events count as a shopper's history.</param>
    /// <param name="most">Events that are read, about.</param>
    public async IAsyncEnumerable<ShopperEvents> ReadShoppersAsync(
        StoreId store, DateTimeOffset from, DateTimeOffset to, DateTimeOffset since, int most, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await schema.EnsureAsync(cancellationToken);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var parts = await PartsAsync(connection, "events", "name <> $4", [store.Value, from.UtcDateTime, to.UtcDateTime, EventNames.Impression], most, cancellationToken);
        // Both kept: a day that PostgreSQL has no statistics of yet looks empty to it, and it would count the histories anew for each event.
        await using var command = new NpgsqlCommand("""
            WITH acts AS MATERIALIZED (
                SELECT coalesce('u' || user_id, 's' || session_id) AS shopper, id, name, user_id, session_id, time, items, token FROM events
                WHERE store = $1 AND time >= $2 AND time < $3 AND name <> $4 AND coalesce(user_id, session_id) IS NOT NULL
                    AND ($5 = 1 OR (hashtext(coalesce(user_id, session_id)) & 2147483647) % $5 = 0)
            ), histories AS MATERIALIZED (
                SELECT shopper, (SELECT count(*) FROM (SELECT 1 FROM events AS before WHERE before.store = $1 AND before.user_id = users.user_id AND before.time >= $6 AND before.time < $2 LIMIT $7) AS counted) AS history
                FROM (SELECT DISTINCT shopper, user_id FROM acts WHERE user_id IS NOT NULL) AS users
            )
            SELECT shopper, id, name, user_id, session_id, time, items, token, coalesce(history, 0)::int FROM acts LEFT JOIN histories USING (shopper) ORDER BY shopper, time, id
            """, connection)
        { CommandTimeout = LongestSeconds };
        AddValues(command, [store.Value, from.UtcDateTime, to.UtcDateTime, EventNames.Impression, parts, since.UtcDateTime, MostHistory]);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var (shopper, history, events) = ((string?)null, 0, new List<LoggedEvent>());
        while (await reader.ReadAsync(cancellationToken))
        {
            if (reader.GetString(0) != shopper && events.Count > 0)
            {
                yield return new ShopperEvents(history, events);
                events = [];
            }
            (shopper, history) = (reader.GetString(0), reader.GetInt32(8));
            events.Add(ShopEvents.ReadEvent(reader, store));
        }
        if (events.Count > 0)
            yield return new ShopperEvents(history, events);
    }

    /// <summary>The answers that a version gave and shoppers saw, in no order; of many answers, some.</summary>
    /// <param name="arm">In which it gave them.</param>
    public async IAsyncEnumerable<ShownProducts> ReadAnswersAsync(
        StoreId store, string model, int version, string arm, DateTimeOffset from, DateTimeOffset to, int most, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await schema.EnsureAsync(cancellationToken);
        const string Seen = "model = $4 AND version = $5 AND arm = $6 AND overlap IS NULL AND NOT failed";
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        object[] values = [store.Value, from.UtcDateTime, to.UtcDateTime, model, version, arm];
        var parts = await PartsAsync(connection, "impressions", Seen, values, most, cancellationToken);
        await using var command = new NpgsqlCommand($"""
            SELECT items, score FROM impressions WHERE store = $1 AND time >= $2 AND time < $3 AND {Seen} AND ($7 = 1 OR (hashtext(coalesce(user_id, session_id, token)) & 2147483647) % $7 = 0)
            """, connection)
        { CommandTimeout = LongestSeconds };
        AddValues(command, [.. values, parts]);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            yield return new ShownProducts(reader.GetFieldValue<string[]>(0), reader.IsDBNull(1) ? null : reader.GetDouble(1));
    }

    /// <summary>Of how many parts one is enough.</summary>
    private static async Task<int> PartsAsync(NpgsqlConnection connection, string table, string where, object[] values, int most, CancellationToken cancellationToken)
    {
        await using var count = new NpgsqlCommand($"SELECT count(*) FROM {table} WHERE store = $1 AND time >= $2 AND time < $3 AND {where}", connection) { CommandTimeout = LongestSeconds };
        AddValues(count, values);
        return (int)((((long)(await count.ExecuteScalarAsync(cancellationToken))!) + most - 1) / most) is > 1 and var parts ? parts : 1;
    }

    private NpgsqlCommand Command(string sql, params object[] values)
    {
        var command = database.CreateCommand(sql);
        AddValues(command, values);
        return command;
    }

    private static void AddValues(NpgsqlCommand command, object[] values)
    {
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
    }
}
