using Npgsql;

namespace ModelOps.DataPrep.Datasets;

internal static class Turns
{
    /// <summary>The turn if nobody has it; else null, at once.</summary>
    public static async Task<NpgsqlConnection?> TryTakeTurnAsync(this NpgsqlDataSource database, string of, CancellationToken cancellationToken)
    {
        var connection = await database.OpenConnectionAsync(cancellationToken);
        try
        {
            await using var command = new NpgsqlCommand("SELECT pg_try_advisory_lock(hashtextextended($1, 0))", connection);
            command.Parameters.Add(new() { Value = of });
            if (await command.ExecuteScalarAsync(cancellationToken) is true)
                return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
        await connection.DisposeAsync();
        return null;
    }

    /// <summary>One has the turn at a time, over all replicas, until the connection is disposed. A killed replica lets go.</summary>
    public static async Task<NpgsqlConnection> TakeTurnAsync(this NpgsqlDataSource database, string of, CancellationToken cancellationToken)
    {
        var connection = await database.OpenConnectionAsync(cancellationToken);
        try
        {
            await using var command = new NpgsqlCommand("SELECT pg_advisory_lock(hashtextextended($1, 0))", connection) { CommandTimeout = 0 };
            command.Parameters.Add(new() { Value = of });
            await command.ExecuteNonQueryAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }
}
