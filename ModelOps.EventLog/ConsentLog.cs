using ModelOps.Contracts;
using ModelOps.Contracts.Privacy;
using Npgsql;
using NpgsqlTypes;

namespace ModelOps.EventLog;

/// <summary>A change of what a person allows.</summary>
/// <param name="Person">See <see cref="ConsentSubject"/>.</param>
/// <param name="Purpose">One of <see cref="ConsentPurpose"/>, or <see cref="ConsentLog.Erased"/>.</param>
public sealed record LoggedConsent(string Person, string Purpose, bool Granted, DateTimeOffset Time);

/// <summary>What persons allow and refuse, in every store, and who was erased when; followed by every replica of inference.</summary>
public sealed class ConsentLog(NpgsqlDataSource database, TimeProvider time)
{
    /// <summary>Beside the purposes: what was known of the person until then is not to be used any more, wherever a copy is left.</summary>
    public const string Erased = "erased";

    private readonly Schema schema = Schema.Of(database);

    /// <summary>Keeps the last word about each purpose.</summary>
    public async Task PutAsync(StoreId store, string user, IReadOnlyDictionary<string, bool> purposes, string? by, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(purposes);
        await schema.EnsureAsync(cancellationToken);
        await using var command = database.CreateCommand($"""
            INSERT INTO consents (store, person, purpose, granted, by, time) SELECT $1, $2, purpose, granted, $5, $6 FROM unnest($3::text[], $4::bool[]) AS given (purpose, granted)
            ON CONFLICT (store, person, purpose) DO UPDATE SET granted = excluded.granted, by = excluded.by, time = excluded.time, position = {Schema.Position}
            """);
        command.Parameters.Add(new() { Value = store.Value });
        command.Parameters.Add(new() { Value = ConsentSubject.Of(store, user) });
        command.Parameters.Add(new() { Value = purposes.Keys.ToArray() });
        command.Parameters.Add(new() { Value = purposes.Values.ToArray() });
        command.Parameters.Add(new() { Value = (object?)by ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = time.GetUtcNow().UtcDateTime });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>From now on what was known before counts as gone.</summary>
    public Task EraseAsync(StoreId store, string user, CancellationToken cancellationToken = default) =>
        PutAsync(store, user, new Dictionary<string, bool> { [Erased] = false }, null, cancellationToken);

    /// <summary>What a person has said; a purpose that is not there was never asked about.</summary>
    public async Task<IReadOnlyList<Consent>> FindAsync(StoreId store, string user, CancellationToken cancellationToken = default)
    {
        await schema.EnsureAsync(cancellationToken);
        await using var command = database.CreateCommand("SELECT purpose, granted, time, by FROM consents WHERE store = $1 AND person = $2 AND purpose <> $3 ORDER BY purpose");
        command.Parameters.Add(new() { Value = store.Value });
        command.Parameters.Add(new() { Value = ConsentSubject.Of(store, user) });
        command.Parameters.Add(new() { Value = Erased });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var consents = new List<Consent>();
        while (await reader.ReadAsync(cancellationToken))
            consents.Add(new Consent(reader.GetString(0), reader.GetBoolean(1), Utc(reader, 2), reader.IsDBNull(3) ? null : reader.GetString(3)));
        return consents;
    }

    /// <summary>What changed after <paramref name="cursor"/>, of all stores.</summary>
    public async Task<EventSlice<LoggedConsent>> ReadAsync(long cursor, CancellationToken cancellationToken = default)
    {
        await schema.EnsureAsync(cancellationToken);
        await using var command = database.CreateCommand($"SELECT person, purpose, granted, time, position FROM consents WHERE position > $1 AND position < {Schema.Settled} ORDER BY position");
        command.Parameters.Add(new() { Value = cursor });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var consents = new List<LoggedConsent>();
        while (await reader.ReadAsync(cancellationToken))
        {
            consents.Add(new LoggedConsent(reader.GetString(0), reader.GetString(1), reader.GetBoolean(2), Utc(reader, 3)));
            cursor = reader.GetInt64(4);
        }
        return new EventSlice<LoggedConsent>(consents, cursor);
    }

    private static DateTimeOffset Utc(NpgsqlDataReader reader, int column) => new(reader.GetFieldValue<DateTime>(column), TimeSpan.Zero);
}
