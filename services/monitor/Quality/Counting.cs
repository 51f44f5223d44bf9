using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;

namespace ModelOps.Monitor.Quality;

/// <summary>One slice of the log on its way into the counts: all of it and the cursor in one transaction, or nothing.</summary>
internal sealed class Counting : IAsyncDisposable
{
    private readonly NpgsqlConnection connection;
    private readonly NpgsqlTransaction transaction;
    private readonly string name;

    private Counting(NpgsqlConnection connection, NpgsqlTransaction transaction, string name, long position) =>
        (this.connection, this.transaction, this.name, Position) = (connection, transaction, name, position);

    public long Position { get; }

    /// <summary>Waits for its turn: of several replicas one counts at a time.</summary>
    public static async Task<Counting> OpenAsync(MonitorDb database, string name, CancellationToken cancellationToken)
    {
        var connection = (NpgsqlConnection)database.Database.GetDbConnection(); // the context closes it
        if (connection.State != System.Data.ConnectionState.Open)
            await connection.OpenAsync(cancellationToken);
        var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var command = new NpgsqlCommand("INSERT INTO cursors (name, position) VALUES ($1, 0) ON CONFLICT (name) DO UPDATE SET position = cursors.position RETURNING position", connection, transaction);
        command.Parameters.Add(new() { Value = name });
        return new Counting(connection, transaction, name, (long)(await command.ExecuteScalarAsync(cancellationToken))!);
    }

    /// <summary>Leaves out what was counted before, as an event that was sent twice, or a second click on the same product of the same answer.</summary>
    public async Task<IReadOnlyList<Reaction>> NewAmongAsync(IReadOnlyList<Reaction> reactions, CancellationToken cancellationToken)
    {
        var different = reactions.DistinctBy(KeyOf).ToDictionary(KeyOf);
        if (different.Count == 0)
            return [];
        await using var command = new NpgsqlCommand("""
            INSERT INTO attributions (store, token, product, name, event, start)
            SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[])
            ON CONFLICT DO NOTHING RETURNING store, token, product, name, event
            """, connection, transaction);
        foreach (var column in new Func<Reaction, string>[] { r => r.Answer.Store.Value, r => r.Answer.Token, r => r.Product, r => r.Name, r => r.Event })
            command.Parameters.Add(new() { Value = different.Values.Select(column).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = different.Values.Select(r => Place.Of(r.Answer).Start.UtcDateTime).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var added = new List<Reaction>();
        while (await reader.ReadAsync(cancellationToken))
            added.Add(different[(reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetString(3), reader.GetString(4))]);
        return added;
    }

    /// <returns><paramref name="counted"/>, or 0 where nothing moved.</returns>
    public async Task<int> SaveAsync(Tally tally, long position, int counted, CancellationToken cancellationToken)
    {
        if (position == Position)
            return 0;
        await tally.WriteAsync(connection, transaction, cancellationToken);
        await using var command = new NpgsqlCommand("UPDATE cursors SET position = $2 WHERE name = $1", connection, transaction);
        command.Parameters.Add(new() { Value = name });
        command.Parameters.Add(new() { Value = position });
        await command.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return counted;
    }

    private static (string, string, string, string, string) KeyOf(Reaction reaction) => (reaction.Answer.Store.Value, reaction.Answer.Token, reaction.Product, reaction.Name, reaction.Event);

    public ValueTask DisposeAsync() => transaction.DisposeAsync();
}
