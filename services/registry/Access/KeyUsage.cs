using Microsoft.EntityFrameworkCore;
using ModelOps.Contracts.Access;

namespace ModelOps.Registry.Access;

/// <summary>How often each key was used on which day, put together from what the processes tell.</summary>
internal sealed class KeyUsage(RegistryDb database, TimeProvider time)
{
    private const int KeepDays = 35;

    private DateOnly Today => DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);

    /// <returns>Of all processes together, for the keys of the report.</returns>
    public async Task<IReadOnlyDictionary<string, long>> TakeAsync(KeyUsageReport report, CancellationToken cancellationToken)
    {
        if (report.Calls is not { Count: > 0 } told)
            return new Dictionary<string, long>();
        var (keys, calls) = (told.Keys.ToArray(), told.Values.ToArray());
        // In the order of the keys, so that two reports never wait for each other; a late one does not take back what a newer one said.
        await database.Database.ExecuteSqlAsync($"""
            INSERT INTO key_usage (sha256, day, reporter, calls)
            SELECT told.sha256, {report.Day}, {report.Reporter}, told.calls FROM unnest({keys}, {calls}) AS told (sha256, calls) ORDER BY told.sha256
            ON CONFLICT (sha256, day, reporter) DO UPDATE SET calls = greatest(key_usage.calls, excluded.calls)
            """, cancellationToken);
        return await OfAsync(keys, report.Day, cancellationToken);
    }

    /// <summary>Today's calls by the key's SHA-256; keys that were not used are not among them.</summary>
    public Task<Dictionary<string, long>> TodayAsync(string[] keys, CancellationToken cancellationToken) => OfAsync(keys, Today, cancellationToken);

    public Task<int> ForgetAsync(CancellationToken cancellationToken)
    {
        var oldest = Today.AddDays(-KeepDays);
        return database.KeyUsage.Where(row => row.Day < oldest).ExecuteDeleteAsync(cancellationToken);
    }

    private Task<Dictionary<string, long>> OfAsync(string[] keys, DateOnly day, CancellationToken cancellationToken) => database.KeyUsage.AsNoTracking()
        .Where(row => row.Day == day && keys.Contains(row.Sha256))
        .GroupBy(row => row.Sha256, row => row.Calls)
        .ToDictionaryAsync(group => group.Key, group => group.Sum(), cancellationToken);
}

/// <summary>What one process has answered with one key on one day.</summary>
internal sealed class KeyUsageRow
{
    public required string Sha256 { get; init; }

    public required DateOnly Day { get; init; }

    public required Guid Reporter { get; init; }

    public required long Calls { get; init; }
}
