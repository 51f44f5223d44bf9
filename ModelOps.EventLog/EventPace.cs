using ModelOps.Contracts;
using Npgsql;
using NpgsqlTypes;

namespace ModelOps.EventLog;

/// <summary>How fast events come.</summary>
public sealed class EventPace(NpgsqlDataSource database)
{
    private readonly Schema schema = Schema.Of(database);

    /// <summary>A store's events by the time they happened, oldest first: <paramref name="steps"/> counts of <paramref name="step"/> each, the last one up to <paramref name="until"/>.</summary>
    public async Task<IReadOnlyList<long>> CountAsync(StoreId store, DateTimeOffset until, TimeSpan step, int steps, CancellationToken cancellationToken = default)
    {
        await schema.EnsureAsync(cancellationToken);
        var from = until - step * steps;
        await using var command = database.CreateCommand("""
            SELECT floor(extract(epoch FROM time - $2) / $4)::int, count(*) FROM events WHERE store = $1 AND time >= $2 AND time < $3 GROUP BY 1
            """);
        command.Parameters.Add(new() { Value = store.Value });
        command.Parameters.Add(new() { Value = from.UtcDateTime, NpgsqlDbType = NpgsqlDbType.TimestampTz });
        command.Parameters.Add(new() { Value = until.UtcDateTime, NpgsqlDbType = NpgsqlDbType.TimestampTz });
        command.Parameters.Add(new() { Value = (decimal)step.TotalSeconds });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var counts = new long[steps];
        while (await reader.ReadAsync(cancellationToken))
            counts[Math.Clamp(reader.GetInt32(0), 0, steps - 1)] = reader.GetInt64(1);
        return counts;
    }
}
