using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Azure.Storage.Blobs.Models;
using Microsoft.Extensions.Configuration;
using ModelOps.AppHost.LocalEngine.Commands;
using ModelOps.AppHost.LocalEngine.Packages;
using ModelOps.AppHost.LocalEngine.Storage;
using ModelOps.AppHost.LocalEngine.Support;

namespace ModelOps.AppHost.LocalEngine.Backup;

/// <summary>Puts the state of a backup into the data folder. The backup is read and checked as a whole before anything is touched; what was there is set aside.</summary>
internal sealed class RestoreCommand : ICommand
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite, OwnerOnlyFolder = OwnerOnly | UnixFileMode.UserExecute;

    public string Name => "restore";

    public string Usage => "FILE           puts the state of a backup into the data folder; with --overwrite in place of what is there";

    public async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var (installation, path) = (context.Installation, context.Path("backup to restore"));
        if (installation.IsRunning)
            throw new DistributedApplicationException($"An AppHost runs on {installation.Data.Root}. Stop it first: what it writes meanwhile would be lost.");
        RefuseStoresElsewhere(installation);
        using var backup = BackupReader.Open(path, Passphrase.Of(installation.Configuration));
        await RefuseOtherPostgresAsync(backup.Manifest, context, cancellationToken);
        context.Console.Info($"Checking {backup.Manifest.Entries.Count} entries of {backup.Manifest.CreatedAt:u} …");
        await backup.VerifyAsync(cancellationToken);
        var unfinished = installation.Data.File(DataFolder.UnfinishedRestore);
        using (EngineLock.Take(installation.Data))
        {
            SetAside(installation.Data, context.Builder.CommandLine.Flags.Contains(CommandLine.Overwrite), context);
            await File.WriteAllTextAsync(unfinished, path, cancellationToken);
            await RestoreFilesAsync(backup, installation.Data, context.Builder.Resources.OfType<PostgresServerResource>().Single(), cancellationToken);
        }
        context.Builder.IsRestoring = true;
        await context.Application.StartStoresAsync(cancellationToken);
        await RestoreBlobsAsync(backup, installation, cancellationToken);
        await LookAsync(backup, installation, cancellationToken);
        File.Delete(unfinished);
        context.Console.Info($"Restored: {backup.Manifest.Databases.Count} databases and {backup.Manifest.Entries.Count(entry => entry.Blob is not null)} blobs as of {backup.Manifest.CreatedAt:u}. Start the application.");
        return 0;
    }

    private static void RefuseStoresElsewhere(Installation installation)
    {
        var stores = installation.Databases.Select(database => database.Name).Concat(installation.Containers.Select(container => container.Name));
        if (stores.FirstOrDefault(store => installation.Configuration.GetConnectionString(store) is { Length: > 0 }) is { } elsewhere)
            throw new DistributedApplicationException(
                $"ConnectionStrings__{elsewhere} names a store of its own, and a restore writes to the data folder's stores alone. Unset it, or restore that store with its own means: docs/backup-and-restore.md.");
    }

    /// <summary>A server does not start on the files of another major version, so they are not put there.</summary>
    private static async Task RefuseOtherPostgresAsync(BackupManifest manifest, CommandContext context, CancellationToken cancellationToken)
    {
        var native = await new NodePackages(context.Console).PostgresAsync(cancellationToken);
        var (_, output) = await Command.RunAsync(Path.Combine(native, "bin", "postgres"), ["--version"], native, null, cancellationToken);
        var installed = output.Split([' ', '\n'], StringSplitOptions.TrimEntries).Select(word => Version.TryParse(word, out var version) ? version : null).FirstOrDefault(version => version is not null)
            ?? throw new DistributedApplicationException($"PostgreSQL in {native} does not say its version: {output}");
        if (!Version.TryParse(manifest.PostgresVersion, out var backedUp) || backedUp.Major != installed.Major)
            throw new DistributedApplicationException(
                $"The backup has the files of PostgreSQL {manifest.PostgresVersion}, and PostgreSQL {installed} is installed here, which reads those of {installed.Major} alone. Restore it with the release that made it: backup.json in the file names it.");
    }

    private static void SetAside(DataFolder data, bool isAllowed, CommandContext context)
    {
        var present = Directory.GetFileSystemEntries(data.Root).Where(path => !EngineLock.Files.Contains(Path.GetFileName(path))).ToList();
        if (!present.Exists(path => Path.GetFileName(path) is DataFolder.Volumes or Secrets.FileName))
            return;
        if (!isAllowed)
            throw new DistributedApplicationException($"{data.Root} has data already. Restore into another folder, --data DIR, or set what is there aside with --overwrite.");
        var aside = data.Folder($"before-restore-{DateTime.UtcNow:yyyyMMdd-HHmmss}");
        foreach (var path in present.Where(path => !Path.GetFileName(path).StartsWith("before-restore-", StringComparison.Ordinal)))
            Directory.Move(path, Path.Combine(aside, Path.GetFileName(path)));
        context.Console.Info($"What was there is in {aside}; delete it when you do not need it any more.");
    }

    private static async Task RestoreFilesAsync(BackupReader backup, DataFolder data, PostgresServerResource postgres, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(data.StoreFolder(postgres), "data");
        var next = $"{folder}.next";
        Directory.CreateDirectory(next, OwnerOnlyFolder);
        foreach (var name in backup.Manifest.Folders)
            Directory.CreateDirectory(Within(next, name), OwnerOnlyFolder);
        foreach (var entry in backup.Manifest.Entries.Where(entry => entry.Name.StartsWith(PostgresFiles.Prefix, StringComparison.Ordinal)))
            await WriteAsync(entry, Within(next, entry.Name[PostgresFiles.Prefix.Length..]));
        foreach (var entry in backup.Manifest.Entries.Where(entry => entry.Name == Secrets.FileName))
            await WriteAsync(entry, data.File(Secrets.FileName));
        Directory.Move(next, folder);

        async Task WriteAsync(BackupEntry entry, string path)
        {
            await using var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = OwnerOnly });
            await backup.CopyAsync(entry, file, cancellationToken);
        }
    }

    private static string Within(string folder, string name) => Path.GetFullPath(Path.Combine(folder, name)) is var path && path.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal)
        ? path
        : throw new DistributedApplicationException($"The backup names '{name}', which lies outside of the data directory. It is not restored.");

    private static async Task RestoreBlobsAsync(BackupReader backup, Installation installation, CancellationToken cancellationToken)
    {
        foreach (var container in installation.Containers)
        {
            var client = BlobContainers.Open((await installation.ConnectionStringAsync(container, cancellationToken))!);
            foreach (var entry in backup.Manifest.Entries.Where(entry => entry.Blob?.Container == container.Name))
            {
                await using var blob = await client.GetBlobClient(entry.Blob!.Name).OpenWriteAsync(overwrite: true, new BlobOpenWriteOptions
                {
                    HttpHeaders = new BlobHttpHeaders { ContentType = entry.Blob.ContentType },
                    Metadata = entry.Blob.Metadata.ToDictionary(),
                }, cancellationToken);
                await backup.CopyAsync(entry, blob, cancellationToken);
            }
        }
    }

    /// <summary>Every database of the backup opens and has tables where it had some.</summary>
    private static async Task LookAsync(BackupReader backup, Installation installation, CancellationToken cancellationToken)
    {
        foreach (var database in installation.Databases.Where(database => backup.Manifest.Databases.Contains(database.DatabaseName)))
        {
            var there = await Tables.CountAsync((await installation.ConnectionStringAsync(database, cancellationToken))!, cancellationToken);
            if (there == 0 && backup.Manifest.Tables?.GetValueOrDefault(database.DatabaseName) is { } had and > 0)
                throw new DistributedApplicationException(
                    $"The database {database.DatabaseName} has no tables after the restore; it had {had}. See logs/ in {installation.Data.Root}, and restore again with --overwrite, from another copy of the file.");
        }
    }
}
