using Npgsql;

namespace ModelOps.AppHost.LocalEngine.Backup;

/// <summary>The tables of a database: it opens, and how many it has.</summary>
internal static class Tables
{
    public static async Task<long> CountAsync(string connectionString, CancellationToken cancellationToken)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand("SELECT count(*) FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace");
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
