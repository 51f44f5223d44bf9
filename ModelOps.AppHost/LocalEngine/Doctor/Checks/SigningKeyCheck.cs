using ModelOps.AppHost.LocalEngine.Commands;
using Npgsql;

namespace ModelOps.AppHost.LocalEngine.Doctor.Checks;

/// <summary>Versions are signed with a key that the registry makes once, or that is configured; without it none can be registered.</summary>
internal sealed class SigningKeyCheck : ICheck
{
    public string Name => "signing key";

    public async Task<IReadOnlyList<Finding>> RunAsync(Installation installation, CancellationToken cancellationToken)
    {
        if (await RegistryTable.OpenAsync(installation, "signing_keys", cancellationToken) is not { } registry)
            return [Finding.Skipped(Name, "the registry's database is not there yet")];
        await using var source = registry;
        await using var command = source.CreateCommand("SELECT key_id, private_key IS NOT NULL FROM signing_keys ORDER BY number DESC LIMIT 1");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return !await reader.ReadAsync(cancellationToken) ? [Finding.Broken(Name, "there is none", "Start the registry: it makes one. If versions were signed before, restore the key from a backup, or they are not trusted.")]
            : reader.GetBoolean(1) ? [Finding.Fine(Name, $"{reader.GetString(0)}, kept in registrydb")]
            : [Finding.Fine(Name, $"{reader.GetString(0)}, from the configuration (Signing__PrivateKey)")];
    }
}

/// <summary>The registry's database, where it has a table already.</summary>
internal static class RegistryTable
{
    private const string Database = "registrydb";

    public static async Task<NpgsqlDataSource?> OpenAsync(Installation installation, string table, CancellationToken cancellationToken)
    {
        if (installation.Databases.FirstOrDefault(database => database.Name == Database) is not { } registry || await installation.ConnectionStringAsync(registry, cancellationToken) is not { } connectionString)
            return null;
        var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand("SELECT to_regclass($1) IS NOT NULL");
        command.Parameters.Add(new NpgsqlParameter { Value = table });
        if ((bool)(await command.ExecuteScalarAsync(cancellationToken))!)
            return source;
        await source.DisposeAsync();
        return null;
    }
}
