using Aspire.Hosting;
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
        await using var backup = BackupWriter.Create(path, passphrase, DateTimeOffset.UtcNow);
        await using var connection = await ConnectAsync(installation, cancellationToken);
        var blobs = new BlobFiles(await ContainersAsync(installation, cancellationToken));
        await blobs.BackUpAsync(backup, cancellationToken);
        var folders = await new PostgresFiles(connection, await FolderAsync(connection, cancellationToken)).BackUpAsync(backup, cancellationToken);
        await blobs.BackUpAsync(backup, cancellationToken);
        if (Path.Combine(installation.Data.Root, Secrets.FileName) is var secrets && File.Exists(secrets))
            await backup.AddAsync(Secrets.FileName, new MemoryStream(await File.ReadAllBytesAsync(secrets, cancellationToken)), null, cancellationToken);
        var count = backup.Entries.Count(entry => entry.Blob is not null);
        await backup.FinishAsync(connection.PostgreSqlVersion.ToString(), [.. installation.Databases.Select(database => database.DatabaseName)], folders, cancellationToken);
        context.Console.Info($"{path} is written: {installation.Databases.Count} databases and {count} blobs, {new FileInfo(path).Length / 1024 / 1024:N0} MB.");
        return 0;
    }

    private static async Task<NpgsqlConnection> ConnectAsync(Installation installation, CancellationToken cancellationToken)
    {
        var connectionString = await installation.ConnectionStringAsync(installation.Databases[0], cancellationToken);
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, CommandTimeout = 0 }.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        return connection;
    }

    private static async Task<string> FolderAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SHOW data_directory", connection);
        var folder = (string)(await command.ExecuteScalarAsync(cancellationToken))!;
        return File.Exists(Path.Combine(folder, "PG_VERSION")) ? folder : throw new DistributedApplicationException(
            $"PostgreSQL's files ({folder}) are not on this machine. Back up a server elsewhere with its own means, a snapshot or pg_basebackup, and the blobs after it: docs/backup-and-restore.md.");
    }

    private static async Task<IReadOnlyList<(string, Azure.Storage.Blobs.BlobContainerClient)>> ContainersAsync(Installation installation, CancellationToken cancellationToken)
    {
        var containers = new List<(string, Azure.Storage.Blobs.BlobContainerClient)>();
        foreach (var container in installation.Containers)
            containers.Add((container.Name, BlobContainers.Open((await installation.ConnectionStringAsync(container, cancellationToken))!)));
        return containers;
    }
}
