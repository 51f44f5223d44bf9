using System.Buffers.Binary;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using ModelOps.AppHost.LocalEngine.Commands;
using ModelOps.AppHost.LocalEngine.Storage;
using ModelOps.AppHost.LocalEngine.Support;
using Npgsql;

namespace ModelOps.AppHost.LocalEngine.Backup;

/// <summary>Writes the whole state into one encrypted file, from a running application or from its stores alone. See docs/backup-and-restore.md.</summary>
internal sealed class BackupCommand : ICommand
{
    public string Name => "backup";

    public string Usage => "FILE            writes databases, blobs and secrets into an encrypted file; the application may run meanwhile";

    public async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var (installation, path) = (context.Installation, context.Path("file to write"));
        var passphrase = Passphrase.Of(installation.Configuration);
        if (!installation.IsRunning)
            await context.Application.StartStoresAsync(cancellationToken);
        await using var connection = await ConnectAsync(installation, installation.Databases[0], cancellationToken);
        var folder = await FolderAsync(installation, connection, cancellationToken);
        await using var backup = BackupWriter.Create(path, passphrase, DateTimeOffset.UtcNow);
        var tables = new Dictionary<string, long>();
        foreach (var database in installation.Databases)
            tables[database.DatabaseName] = await Tables.CountAsync((await installation.ConnectionStringAsync(database, cancellationToken))!, cancellationToken);
        var blobs = new BlobFiles(await ContainersAsync(installation, cancellationToken));
        await blobs.BackUpAsync(backup, cancellationToken);
        var folders = await new PostgresFiles(connection, folder).BackUpAsync(backup, cancellationToken);
        await blobs.BackUpAsync(backup, cancellationToken);
        if (Path.Combine(installation.Data.Root, Secrets.FileName) is var secrets && File.Exists(secrets))
            await backup.AddAsync(Secrets.FileName, new MemoryStream(await File.ReadAllBytesAsync(secrets, cancellationToken)), null, cancellationToken);
        var count = backup.Entries.Count(entry => entry.Blob is not null);
        await backup.FinishAsync(connection.PostgreSqlVersion.ToString(), tables, folders, cancellationToken);
        context.Console.Info($"{path} is written: {installation.Databases.Count} databases and {count} blobs, {new FileInfo(path).Length / 1024 / 1024:N0} MB.");
        return 0;
    }

    private static async Task<NpgsqlConnection> ConnectAsync(Installation installation, PostgresDatabaseResource database, CancellationToken cancellationToken)
    {
        var connectionString = await installation.ConnectionStringAsync(database, cancellationToken);
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, CommandTimeout = 0 }.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        return connection;
    }

    /// <summary>The files of the one server that has all databases. A folder of the same name on this machine may be another server's: the identifiers say.</summary>
    private static async Task<string> FolderAsync(Installation installation, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var identifier = await IdentifierAsync(connection, cancellationToken);
        foreach (var database in installation.Databases.Skip(1))
        {
            await using var other = await ConnectAsync(installation, database, cancellationToken);
            if (await IdentifierAsync(other, cancellationToken) != identifier)
                throw new DistributedApplicationException(
                    $"{database.Name} and {installation.Databases[0].Name} are on different servers (ConnectionStrings__{database.Name}, ConnectionStrings__{installation.Databases[0].Name}), which have no common moment. Name one server for all, or back each up with its own means: docs/backup-and-restore.md.");
        }
        await using var command = new NpgsqlCommand("SHOW data_directory", connection);
        var folder = (string)(await command.ExecuteScalarAsync(cancellationToken))!;
        return IdentifierIn(folder) == identifier ? folder : throw new DistributedApplicationException(
            $"PostgreSQL's files ({folder}) are not on this machine: ConnectionStrings__{installation.Databases[0].Name} names a server elsewhere. Back it up with its own means, a snapshot or pg_basebackup, and the blobs after it: docs/backup-and-restore.md.");
    }

    private static async Task<long> IdentifierAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT system_identifier FROM pg_control_system()", connection);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>The first number of a server's control file; null where there is none.</summary>
    private static long? IdentifierIn(string folder)
    {
        var path = Path.Combine(folder, "global", "pg_control");
        return File.Exists(path) ? BinaryPrimitives.ReadInt64LittleEndian(File.ReadAllBytes(path)) : null;
    }

    private static async Task<IReadOnlyList<(string, Azure.Storage.Blobs.BlobContainerClient)>> ContainersAsync(Installation installation, CancellationToken cancellationToken)
    {
        var containers = new List<(string, Azure.Storage.Blobs.BlobContainerClient)>();
        foreach (var container in installation.Containers)
            containers.Add((container.Name, BlobContainers.Open((await installation.ConnectionStringAsync(container, cancellationToken))!)));
        return containers;
    }
}
