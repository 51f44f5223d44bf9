using System.Collections.ObjectModel;
using System.Text.Json;
using ModelOps.Contracts;
using ModelOps.Contracts.Events;
using Npgsql;
using NpgsqlTypes;

namespace ModelOps.EventLog;

/// <summary>The only door to the event log: append, read by cursor, read a shopper's latest. It makes its tables when it is first used.</summary>
public sealed class ShopEvents
{
    internal const string ImpressionColumns = "store, token, time, model, version, user_id, items, cached, seconds, arm, failed, overlap, propensities, session_id, placement, queue_seconds, compute_seconds, query, search, assist, score";
    internal const int PositionColumn = 21; // after those
    internal const string Columns = "store, id, name, user_id, session_id, time, items, token, position";

    private readonly NpgsqlDataSource database;
    private readonly Schema schema;

    public ShopEvents(NpgsqlDataSource database)
    {
        this.database = database;
        schema = Schema.Of(database);
    }

    /// <summary>Keeps the events, durably, once it returns. An id that the store already has at that time changes nothing.</summary>
    /// <returns>How many were new.</returns>
    public async Task<int> AppendAsync(IReadOnlyList<LoggedEvent> events, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(events);
        if (events.Count == 0)
            return 0;
        await schema.EnsurePartitionsAsync("events", events.Select(e => e.Time), cancellationToken);
        await using var command = database.CreateCommand("""
            INSERT INTO events (store, id, name, user_id, session_id, time, items, token)
            SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::jsonb[], $8::text[])
            ON CONFLICT DO NOTHING
            """);
        AddColumn(command, NpgsqlDbType.Text, events.Select(e => e.Store.Value));
        AddColumn(command, NpgsqlDbType.Text, events.Select(e => e.Id));
        AddColumn(command, NpgsqlDbType.Text, events.Select(e => e.Name));
        AddColumn(command, NpgsqlDbType.Text, events.Select(e => e.User));
        AddColumn(command, NpgsqlDbType.Text, events.Select(e => e.Session));
        AddColumn(command, NpgsqlDbType.TimestampTz, events.Select(e => e.Time.UtcDateTime));
        AddColumn(command, NpgsqlDbType.Jsonb, events.Select(e => JsonSerializer.Serialize(e.Items, JsonSerializerOptions.Web)));
        AddColumn(command, NpgsqlDbType.Text, events.Select(e => e.Token));
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Events after <paramref name="cursor"/>, of one store or of all, about <paramref name="limit"/> (whole appends are never split).</summary>
    public async Task<EventSlice<LoggedEvent>> ReadAsync(StoreId? store, long cursor, int limit, CancellationToken cancellationToken = default)
    {
        await schema.EnsureAsync(cancellationToken);
        await using var command = database.CreateCommand($"""
            SELECT {Columns} FROM events
            WHERE position > $1 AND position < {Schema.Settled} AND ($2::text IS NULL OR store = $2)
            ORDER BY position FETCH FIRST $3 ROWS WITH TIES
            """);
        command.Parameters.Add(new() { Value = cursor });
        command.Parameters.Add(new() { Value = (object?)store?.Value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = limit });
        var events = await ReadAllAsync(command, cancellationToken);
        return new EventSlice<LoggedEvent>(events, events.Count == 0 ? cursor : events[^1].Cursor);
    }

    /// <summary>The shopper's latest events after <paramref name="cursor"/>, oldest first, at once visible after their append. What was only shown is left out.</summary>
    public Task<IReadOnlyList<LoggedEvent>> ReadUserAsync(StoreId store, string user, long cursor, int limit, CancellationToken cancellationToken = default) =>
        ReadLatestAsync("user_id", store, user, cursor, limit, cancellationToken);

    /// <summary>The same of a visit.</summary>
    public Task<IReadOnlyList<LoggedEvent>> ReadSessionAsync(StoreId store, string session, long cursor, int limit, CancellationToken cancellationToken = default) =>
        ReadLatestAsync("session_id", store, session, cursor, limit, cancellationToken);

    private async Task<IReadOnlyList<LoggedEvent>> ReadLatestAsync(string who, StoreId store, string id, long cursor, int limit, CancellationToken cancellationToken)
    {
        await schema.EnsureAsync(cancellationToken);
        await using var command = database.CreateCommand($"SELECT {Columns} FROM events WHERE store = $1 AND {who} = $2 AND position > $3 AND name <> $5 ORDER BY time DESC LIMIT $4");
        command.Parameters.Add(new() { Value = store.Value });
        command.Parameters.Add(new() { Value = id });
        command.Parameters.Add(new() { Value = cursor });
        command.Parameters.Add(new() { Value = limit });
        command.Parameters.Add(new() { Value = EventNames.Impression });
        var events = await ReadAllAsync(command, cancellationToken);
        events.Reverse();
        return events;
    }

    /// <summary>Each shopper's latest events after <paramref name="cursor"/>, oldest first, at once visible after their append.</summary>
    /// <param name="names">Of the events; others are left out.</param>
    /// <param name="limit">Events a shopper.</param>
    public async Task<ILookup<string, LoggedEvent>> ReadUsersAsync(StoreId store, IReadOnlyList<string> users, long cursor, IReadOnlyList<string> names, int limit, CancellationToken cancellationToken = default)
    {
        await schema.EnsureAsync(cancellationToken);
        await using var command = database.CreateCommand($"""
            SELECT {Columns} FROM unnest($2::text[]) AS wanted (who) CROSS JOIN LATERAL (
                SELECT {Columns} FROM events WHERE store = $1 AND user_id = who AND position > $3 AND name = ANY($4) ORDER BY time DESC LIMIT $5) AS latest
            ORDER BY time, position
            """);
        command.Parameters.Add(new() { Value = store.Value });
        command.Parameters.Add(new() { Value = users.ToArray() });
        command.Parameters.Add(new() { Value = cursor });
        command.Parameters.Add(new() { Value = names.ToArray() });
        command.Parameters.Add(new() { Value = limit });
        return (await ReadAllAsync(command, cancellationToken)).ToLookup(one => one.User!, StringComparer.Ordinal);
    }

    /// <summary>Who did something after <paramref name="cursor"/>, in the order of their ids' characters.</summary>
    /// <param name="after">Goes on after this id; empty begins.</param>
    public async Task<IReadOnlyList<string>> ListUsersAsync(StoreId store, long cursor, string after, int limit, CancellationToken cancellationToken = default)
    {
        await schema.EnsureAsync(cancellationToken);
        // The name stands in the statement, so that the index of shoppers serves it: each page reads its own rows and no others.
        await using var command = database.CreateCommand($"""
            SELECT DISTINCT user_id COLLATE "C" FROM events WHERE store = $1 AND position > $2 AND user_id COLLATE "C" > $3 AND name <> '{EventNames.Impression}' ORDER BY 1 LIMIT $4
            """);
        command.Parameters.Add(new() { Value = store.Value });
        command.Parameters.Add(new() { Value = cursor });
        command.Parameters.Add(new() { Value = after });
        command.Parameters.Add(new() { Value = limit });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var users = new List<string>();
        while (await reader.ReadAsync(cancellationToken))
            users.Add(reader.GetString(0));
        return users;
    }

    /// <summary>How many rows a dataset would get of what a store's shoppers did after <paramref name="cursor"/>: one for each product of each event, impressions left out.</summary>
    /// <param name="limit">Events looked at, at most.</param>
    public async Task<long> CountAsync(StoreId store, long cursor, long limit, CancellationToken cancellationToken = default)
    {
        await schema.EnsureAsync(cancellationToken);
        await using var command = database.CreateCommand($"""
            SELECT coalesce(sum(jsonb_array_length(items)), 0)::bigint
            FROM (SELECT items FROM events WHERE store = $1 AND position > $2 AND position < {Schema.Settled} AND name <> $4 LIMIT $3) AS found
            """);
        command.Parameters.Add(new() { Value = store.Value });
        command.Parameters.Add(new() { Value = cursor });
        command.Parameters.Add(new() { Value = limit });
        command.Parameters.Add(new() { Value = EventNames.Impression });
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>The position up to which the log is settled.</summary>
    public async Task<long> HeadAsync(CancellationToken cancellationToken = default)
    {
        await using var command = database.CreateCommand($"SELECT {Schema.Settled} - 1");
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Keeps what was shown. A token that is already there changes nothing.</summary>
    public async Task AppendImpressionsAsync(IReadOnlyList<Impression> impressions, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(impressions);
        await schema.EnsurePartitionsAsync("impressions", impressions.Select(i => i.Time), cancellationToken);
        // Lists of different lengths are no array of arrays, so each travels as the text of one.
        await using var command = database.CreateCommand($"""
            INSERT INTO impressions ({ImpressionColumns})
            SELECT store, token, time, model, version, user_id, items::text[], cached, seconds, arm, failed, overlap, propensities::float8[], session_id, placement, queue_seconds, compute_seconds, query, search, assist, score
            FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::text[], $5::int[], $6::text[], $7::text[], $8::bool[], $9::float8[], $10::text[], $11::bool[], $12::float8[], $13::text[],
                $14::text[], $15::text[], $16::float8[], $17::float8[], $18::text[], $19::jsonb[], $20::jsonb[], $21::float8[]) AS shown ({ImpressionColumns})
            ON CONFLICT DO NOTHING
            """);
        AddColumn(command, NpgsqlDbType.Text, impressions.Select(i => i.Store.Value));
        AddColumn(command, NpgsqlDbType.Text, impressions.Select(i => i.Token));
        AddColumn(command, NpgsqlDbType.TimestampTz, impressions.Select(i => i.Time.UtcDateTime));
        AddColumn(command, NpgsqlDbType.Text, impressions.Select(i => i.Model));
        AddColumn(command, NpgsqlDbType.Integer, impressions.Select(i => i.Version));
        AddColumn(command, NpgsqlDbType.Text, impressions.Select(i => i.User));
        AddColumn(command, NpgsqlDbType.Text, impressions.Select(i => ArrayText.Of(i.Items)));
        AddColumn(command, NpgsqlDbType.Boolean, impressions.Select(i => i.Cached));
        AddColumn(command, NpgsqlDbType.Double, impressions.Select(i => i.Seconds));
        AddColumn(command, NpgsqlDbType.Text, impressions.Select(i => i.Arm));
        AddColumn(command, NpgsqlDbType.Boolean, impressions.Select(i => i.Failed));
        AddColumn(command, NpgsqlDbType.Double, impressions.Select(i => i.Overlap));
        AddColumn(command, NpgsqlDbType.Text, impressions.Select(i => i.Propensities is null ? null : ArrayText.Of(i.Propensities)));
        AddColumn(command, NpgsqlDbType.Text, impressions.Select(i => i.Session));
        AddColumn(command, NpgsqlDbType.Text, impressions.Select(i => i.Placement));
        AddColumn(command, NpgsqlDbType.Double, impressions.Select(i => i.QueueSeconds));
        AddColumn(command, NpgsqlDbType.Double, impressions.Select(i => i.ComputeSeconds));
        AddColumn(command, NpgsqlDbType.Text, impressions.Select(i => i.Query));
        AddColumn(command, NpgsqlDbType.Jsonb, impressions.Select(i => Json(i.Search)));
        AddColumn(command, NpgsqlDbType.Jsonb, impressions.Select(i => Json(i.Assist)));
        AddColumn(command, NpgsqlDbType.Double, impressions.Select(i => i.Score));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Impressions of every store after <paramref name="cursor"/>.</summary>
    public async Task<EventSlice<Impression>> ReadImpressionsAsync(long cursor, int limit, CancellationToken cancellationToken = default)
    {
        await schema.EnsureAsync(cancellationToken);
        await using var command = database.CreateCommand($"""
            SELECT {ImpressionColumns}, position FROM impressions
            WHERE position > $1 AND position < {Schema.Settled} ORDER BY position FETCH FIRST $2 ROWS WITH TIES
            """);
        command.Parameters.Add(new() { Value = cursor });
        command.Parameters.Add(new() { Value = limit });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var impressions = new List<Impression>();
        while (await reader.ReadAsync(cancellationToken))
        {
            impressions.Add(ReadImpression(reader));
            cursor = reader.GetInt64(PositionColumn);
        }
        return new EventSlice<Impression>(impressions, cursor);
    }

    /// <summary>The impressions behind attribution tokens; unknown tokens are left out.</summary>
    public async Task<IReadOnlyDictionary<(StoreId Store, string Token), Impression>> FindImpressionsAsync(IReadOnlyList<string> tokens, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        if (tokens.Count == 0)
            return ReadOnlyDictionary<(StoreId, string), Impression>.Empty;
        await schema.EnsureAsync(cancellationToken);
        await using var command = database.CreateCommand($"SELECT {ImpressionColumns} FROM impressions WHERE token = ANY($1)");
        command.Parameters.Add(new() { Value = tokens.ToArray() });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new Dictionary<(StoreId, string), Impression>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var impression = ReadImpression(reader);
            found[(impression.Store, impression.Token)] = impression;
        }
        return found;
    }

    /// <summary>Drops whole days older than <paramref name="age"/>.</summary>
    public Task<int> RemoveOlderThanAsync(TimeSpan age, DateTimeOffset now, CancellationToken cancellationToken = default) =>
        schema.DropBeforeAsync(DateOnly.FromDateTime((now - age).UtcDateTime), cancellationToken);

    private static async Task<List<LoggedEvent>> ReadAllAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var events = new List<LoggedEvent>();
        while (await reader.ReadAsync(cancellationToken))
        {
            events.Add(ReadEvent(reader, new StoreId(reader.GetString(0))) with { Cursor = reader.GetInt64(8) });
        }
        return events;
    }

    /// <summary>From the second column on: id, name, user, session, time, items, token.</summary>
    internal static LoggedEvent ReadEvent(NpgsqlDataReader reader, StoreId store) => new(
        store, reader.GetString(1), reader.GetString(2), Text(reader, 3), Text(reader, 4), Utc(reader, 5), JsonSerializer.Deserialize<List<EventItem>>(reader.GetString(6), JsonSerializerOptions.Web) ?? [], Text(reader, 7));

    internal static Impression ReadImpression(NpgsqlDataReader reader) => new(
        new StoreId(reader.GetString(0)), reader.GetString(1), Utc(reader, 2), reader.GetString(3), reader.GetInt32(4), Text(reader, 5),
        reader.GetFieldValue<string[]>(6), reader.GetBoolean(7), reader.GetDouble(8), reader.GetString(9), reader.GetBoolean(10), reader.IsDBNull(11) ? null : reader.GetDouble(11),
        reader.IsDBNull(12) ? null : reader.GetFieldValue<double[]>(12), Text(reader, 13), reader.GetString(14),
        reader.IsDBNull(15) ? null : reader.GetDouble(15), reader.IsDBNull(16) ? null : reader.GetDouble(16), Text(reader, 17),
        Read<LoggedSearch>(reader, 18), Read<LoggedAssist>(reader, 19), reader.IsDBNull(20) ? null : reader.GetDouble(20));

    private static string? Json<T>(T? details) where T : class => details is null ? null : JsonSerializer.Serialize(details, JsonSerializerOptions.Web);

    private static T? Read<T>(NpgsqlDataReader reader, int column) where T : class => reader.IsDBNull(column) ? null : JsonSerializer.Deserialize<T>(reader.GetString(column), JsonSerializerOptions.Web);

    private static void AddColumn<T>(NpgsqlCommand command, NpgsqlDbType type, IEnumerable<T> values) =>
        command.Parameters.Add(new() { Value = values.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | type });

    private static string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    private static DateTimeOffset Utc(NpgsqlDataReader reader, int column) => new(reader.GetFieldValue<DateTime>(column), TimeSpan.Zero);
}
