using ModelOps.Contracts.Access;

namespace ModelOps.ServiceDefaults.Access;

/// <summary>
/// Counts the calls of each key by UTC day, here, and adds what the others have told the registry. Between two reports a quota can be
/// exceeded by what comes in two seconds; while the registry is away each process holds its own count against it.
/// </summary>
internal sealed class KeyQuotas(TimeProvider time)
{
    private readonly Guid process = Guid.NewGuid();
    private readonly Lock gate = new();
    private readonly Dictionary<string, Count> counts = new(StringComparer.Ordinal);
    private DateOnly day;
    private long counted, reported, told; // calls in all, in the last report, and in the last that was answered

    private struct Count
    {
        public long Here, Elsewhere;
    }

    private DateOnly Today => DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);

    /// <summary>Counts a call, unless the key's quota of the day is used up.</summary>
    /// <returns>How long until the next day begins; null where the call may go on.</returns>
    public TimeSpan? Refuse(KeyGrant key)
    {
        lock (gate)
        {
            TurnPage();
            var count = counts.GetValueOrDefault(key.Sha256);
            if (key.Limits?.PerDay is { } quota && count.Here + count.Elsewhere >= quota)
                return day.AddDays(1).ToDateTime(default, DateTimeKind.Utc) - time.GetUtcNow().UtcDateTime;
            count.Here++;
            counts[key.Sha256] = count;
            counted++;
            return null;
        }
    }

    /// <summary>What to tell the registry; null where nothing was counted since it was told last, or today.</summary>
    public KeyUsageReport? Report()
    {
        lock (gate)
        {
            TurnPage();
            if (counts.Count == 0 || counted == told)
                return null;
            reported = counted;
            return new KeyUsageReport(process, day, counts.ToDictionary(count => count.Key, count => count.Value.Here));
        }
    }

    /// <param name="report">That was answered.</param>
    /// <param name="totals">Of all processes together.</param>
    public void Told(KeyUsageReport report, IReadOnlyDictionary<string, long> totals)
    {
        lock (gate)
        {
            TurnPage();
            told = reported;
            if (report.Day != day)
                return;
            foreach (var (key, total) in totals)
            {
                if (!counts.TryGetValue(key, out var count))
                    continue;
                count.Elsewhere = Math.Max(0, total - report.Calls.GetValueOrDefault(key));
                counts[key] = count;
            }
        }
    }

    private void TurnPage()
    {
        if (day == Today)
            return;
        day = Today;
        counts.Clear();
    }
}
