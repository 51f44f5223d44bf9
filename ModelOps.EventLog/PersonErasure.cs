using System.Text.Json;
using ModelOps.Contracts;
using ModelOps.Contracts.Privacy;
using Npgsql;

namespace ModelOps.EventLog;

/// <summary>How much of a person the log held.</summary>
public sealed record LoggedPerson(long Events, long Impressions);

/// <summary>Removes a person from the log: what carries the user's id, and what the same visits did before the user signed in.</summary>
public sealed class PersonErasure(NpgsqlDataSource database)
{
    /// <summary>Visits that are known to be the person's, by what they did or by what they were shown.</summary>
    private const string Visits = """
        SELECT session_id FROM events WHERE store = $1 AND user_id = $2 AND session_id IS NOT NULL
        UNION SELECT session_id FROM impressions WHERE store = $1 AND user_id = $2 AND session_id IS NOT NULL
        """;

    private const string Person = $"store = $1 AND (user_id = $2 OR (user_id IS NULL AND session_id IN ({Visits})))";

    /// <summary>By what else the person may be known where the log was read: to be asked before the removal, which takes it away.</summary>
    public async Task<PersonTraces> TracesAsync(StoreId store, string user, CancellationToken cancellationToken = default)
    {
        await using var command = database.CreateCommand($"""
            SELECT ARRAY({Visits}), ARRAY(SELECT token FROM impressions WHERE {Person})
            """);
        command.Parameters.Add(new() { Value = store.Value });
        command.Parameters.Add(new() { Value = user });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new PersonTraces(user, reader.GetFieldValue<string[]>(0), reader.GetFieldValue<string[]>(1));
    }

    /// <summary>Ids that are the given one but for capitals, or have its digits but for what stands between. A look at all of them: for what is done rarely.</summary>
    public async Task<IReadOnlyList<string>> SimilarAsync(StoreId store, string user, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(user);
        const string similar = "store = $1 AND user_id IS NOT NULL AND (lower(user_id) = lower($2) OR ($3 <> '' AND regexp_replace(user_id, '[^0-9+]', '', 'g') = $3))";
        await using var command = database.CreateCommand($"SELECT user_id FROM events WHERE {similar} UNION SELECT user_id FROM impressions WHERE {similar}");
        command.Parameters.Add(new() { Value = store.Value });
        command.Parameters.Add(new() { Value = user });
        command.Parameters.Add(new() { Value = new string([.. user.Where(c => char.IsAsciiDigit(c) || c == '+')]) });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<string>();
        while (await reader.ReadAsync(cancellationToken))
            found.Add(reader.GetString(0));
        return found;
    }

    /// <summary>What is kept of the person: events and impressions as they are, each a JSON object.</summary>
    public async Task<(IReadOnlyList<JsonElement> Events, IReadOnlyList<JsonElement> Impressions)> ReadAsync(StoreId store, string user, CancellationToken cancellationToken = default)
    {
        await Schema.Of(database).EnsureAsync(cancellationToken);
        return (await RowsAsync("events"), await RowsAsync("impressions"));

        async Task<IReadOnlyList<JsonElement>> RowsAsync(string table)
        {
            await using var command = database.CreateCommand($"SELECT (to_jsonb({table}) - 'position')::text FROM {table} WHERE {Person} ORDER BY time");
            command.Parameters.Add(new() { Value = store.Value });
            command.Parameters.Add(new() { Value = user });
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            var rows = new List<JsonElement>();
            while (await reader.ReadAsync(cancellationToken))
                rows.Add(JsonElement.Parse(reader.GetString(0)));
            return rows;
        }
    }

    public Task<LoggedPerson> CountAsync(StoreId store, string user, CancellationToken cancellationToken = default) => RunAsync(
        $"SELECT (SELECT count(*) FROM events WHERE {Person}), (SELECT count(*) FROM impressions WHERE {Person})", store, user, cancellationToken);

    /// <returns>What was removed; nothing on a second call.</returns>
    public Task<LoggedPerson> RemoveAsync(StoreId store, string user, CancellationToken cancellationToken = default) => RunAsync($"""
        WITH gone AS (DELETE FROM events WHERE {Person} RETURNING 1), unseen AS (DELETE FROM impressions WHERE {Person} RETURNING 1)
        SELECT (SELECT count(*) FROM gone), (SELECT count(*) FROM unseen)
        """, store, user, cancellationToken);

    private async Task<LoggedPerson> RunAsync(string sql, StoreId store, string user, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(sql);
        command.Parameters.Add(new() { Value = store.Value });
        command.Parameters.Add(new() { Value = user });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new LoggedPerson(reader.GetInt64(0), reader.GetInt64(1));
    }
}
