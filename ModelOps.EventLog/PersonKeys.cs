using ModelOps.Contracts;
using Npgsql;

namespace ModelOps.EventLog;

/// <summary>
/// The keys with which data preparation hides the ids of persons, so that inference knows who stands hidden in a package. They lie beside
/// the events, which have the same ids in clear: who reads these tables learns nothing that they did not hold before.
/// </summary>
public sealed class PersonKeys(NpgsqlDataSource database)
{
    private readonly Schema schema = Schema.Of(database);

    /// <summary>A store has one key for ever.</summary>
    public async Task PutAsync(StoreId store, byte[] secret, CancellationToken cancellationToken = default)
    {
        await schema.EnsureAsync(cancellationToken);
        await using var command = database.CreateCommand("INSERT INTO person_keys (store, secret) VALUES ($1, $2) ON CONFLICT DO NOTHING");
        command.Parameters.Add(new() { Value = store.Value });
        command.Parameters.Add(new() { Value = secret });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Null where nothing was prepared yet.</summary>
    public async Task<byte[]?> FindAsync(StoreId store, CancellationToken cancellationToken = default)
    {
        await schema.EnsureAsync(cancellationToken);
        await using var command = database.CreateCommand("SELECT secret FROM person_keys WHERE store = $1");
        command.Parameters.Add(new() { Value = store.Value });
        return (byte[]?)await command.ExecuteScalarAsync(cancellationToken);
    }
}
