using System.Text;
using Aspire.Hosting;
using Npgsql;

namespace ModelOps.AppHost.LocalEngine.Backup;

/// <summary>
/// The files of a PostgreSQL server that goes on working: all its databases as they are at one moment, the positions of the event log
/// included, which a dump would not keep (docs/decisions/0001). PostgreSQL's own way, "Making a Base Backup Using the Low Level API":
/// between <c>pg_backup_start</c> and <c>pg_backup_stop</c> the files may be copied as they change, because the log from that time mends them.
/// </summary>
internal sealed class PostgresFiles(NpgsqlConnection connection, string folder)
{
    public const string Prefix = "postgres/";
    private const string LogFolder = "pg_wal";

    /// <summary>What a server makes anew; the folders themselves have to be there.</summary>
    private static readonly string[] EmptyFolders = ["pg_dynshmem", "pg_notify", "pg_replslot", "pg_serial", "pg_snapshots", "pg_stat_tmp", "pg_subtrans", LogFolder];
    private static readonly string[] LeftOut = ["postmaster.pid", "postmaster.opts", "pg_internal.init", "backup_label", "backup_manifest", "tablespace_map"];

    /// <returns>The folders of the data directory, relative to it.</returns>
    public async Task<IReadOnlyList<string>> BackUpAsync(BackupWriter backup, CancellationToken cancellationToken)
    {
        if (Directory.EnumerateFileSystemEntries(Path.Combine(folder, "pg_tblspc")).Any())
            throw new DistributedApplicationException("PostgreSQL has tablespaces outside of its data directory, which this backup does not follow. Use pg_basebackup.");
        // The slot ends with the connection; until then the server keeps the log that is needed.
        await AskAsync($"SELECT pg_create_physical_replication_slot('modelops_backup_{Environment.ProcessId}', true, true)::text", cancellationToken);
        var first = await AskAsync("SELECT pg_walfile_name(pg_backup_start('modelops', fast => true))", cancellationToken);
        foreach (var file in Files(folder))
            await AddAsync(backup, file, cancellationToken);
        var (last, label) = await StopAsync(cancellationToken);
        foreach (var segment in Directory.GetFiles(Path.Combine(folder, LogFolder)).Where(path => IsBetween(Path.GetFileName(path), first, last)).Order(StringComparer.Ordinal))
            await AddAsync(backup, segment, cancellationToken);
        // It tells the restored server to begin at that moment and not at what its control file says.
        await backup.AddAsync($"{Prefix}backup_label", new MemoryStream(Encoding.UTF8.GetBytes(label)), null, cancellationToken);
        return [.. Directory.GetDirectories(folder, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(folder, path)).Where(path => !path.StartsWith($"pg_replslot{Path.DirectorySeparatorChar}", StringComparison.Ordinal))];
    }

    private async Task<(string Last, string Label)> StopAsync(CancellationToken cancellationToken)
    {
        await using var stop = new NpgsqlCommand("SELECT pg_walfile_name(lsn), labelfile FROM pg_backup_stop(wait_for_archive => false)", connection);
        await using var reader = await stop.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return (reader.GetString(0), reader.GetString(1));
    }

    private async Task AddAsync(BackupWriter backup, string path, CancellationToken cancellationToken)
    {
        FileStream file;
        try
        {
            file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (FileNotFoundException)
        {
            return; // a table was dropped meanwhile; the log knows
        }
        await using (file)
            await backup.AddAsync(Prefix + Path.GetRelativePath(folder, path), file, null, cancellationToken);
    }

    private static IEnumerable<string> Files(string folder) => Directory.EnumerateFiles(folder, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint })
        .Where(path => !LeftOut.Contains(Path.GetFileName(path)) && !Path.GetFileName(path).StartsWith("pgsql_tmp", StringComparison.Ordinal)
            && !EmptyFolders.Contains(Path.GetRelativePath(folder, path).Split(Path.DirectorySeparatorChar)[0]))
        .Order(StringComparer.Ordinal);

    // Names of segments are 24 hexadecimal digits in the order of the log.
    private static bool IsBetween(string name, string first, string last) =>
        name.Length == first.Length && string.CompareOrdinal(name, first) >= 0 && string.CompareOrdinal(name, last) <= 0;

    private async Task<string> AskAsync(string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        return (string)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
