using ModelOps.Contracts;
using ModelOps.Contracts.Rules;
using Npgsql;
using NpgsqlTypes;

namespace ModelOps.EventLog;

/// <summary>The merchandising rules of every store, each version kept, followed by every replica of inference.</summary>
public sealed class RuleLog(NpgsqlDataSource database)
{
    private readonly Schema schema = Schema.Of(database);

    /// <summary>Makes a new version.</summary>
    /// <param name="expected">The version that must be the latest still; null takes whatever is there.</param>
    /// <returns>The new version, or null when another one is the latest.</returns>
    public async Task<RuleSet?> PutAsync(StoreId store, string yaml, string? by, string? reason, int? expected, CancellationToken cancellationToken = default)
    {
        await schema.EnsureAsync(cancellationToken);
        await using var command = database.CreateCommand("""
            INSERT INTO rules (store, version, yaml, by, reason)
            SELECT $1, latest.version + 1, $2, $3, $4 FROM (SELECT coalesce(max(version), 0) AS version FROM rules WHERE store = $1) AS latest
            WHERE $5::int IS NULL OR latest.version = $5
            ON CONFLICT DO NOTHING
            RETURNING version, yaml, by, reason, time
            """);
        command.Parameters.Add(new() { Value = store.Value });
        command.Parameters.Add(new() { Value = yaml });
        command.Parameters.Add(new() { Value = (object?)by ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = (object?)reason ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = (object?)expected ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Integer });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? Read(reader) : null;
    }

    /// <summary>The newest first.</summary>
    public async Task<IReadOnlyList<RuleSet>> ListAsync(StoreId store, int limit, CancellationToken cancellationToken = default)
    {
        await schema.EnsureAsync(cancellationToken);
        await using var command = database.CreateCommand("SELECT version, yaml, by, reason, time FROM rules WHERE store = $1 ORDER BY version DESC LIMIT $2");
        command.Parameters.Add(new() { Value = store.Value });
        command.Parameters.Add(new() { Value = limit });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var sets = new List<RuleSet>();
        while (await reader.ReadAsync(cancellationToken))
            sets.Add(Read(reader));
        return sets;
    }

    /// <summary>The latest version of every store.</summary>
    public async Task<IReadOnlyDictionary<StoreId, RuleSet>> ReadLatestAsync(CancellationToken cancellationToken = default)
    {
        await schema.EnsureAsync(cancellationToken);
        await using var command = database.CreateCommand("SELECT DISTINCT ON (store) version, yaml, by, reason, time, store FROM rules ORDER BY store, version DESC");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var latest = new Dictionary<StoreId, RuleSet>();
        while (await reader.ReadAsync(cancellationToken))
            latest[new StoreId(reader.GetString(5))] = Read(reader);
        return latest;
    }

    private static RuleSet Read(NpgsqlDataReader reader) => new(
        reader.GetInt32(0), reader.GetString(1), reader.IsDBNull(2) ? null : reader.GetString(2), reader.IsDBNull(3) ? null : reader.GetString(3),
        new DateTimeOffset(reader.GetFieldValue<DateTime>(4), TimeSpan.Zero));
}
