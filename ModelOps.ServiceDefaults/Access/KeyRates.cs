using System.Threading.RateLimiting;
using ModelOps.Contracts.Access;

namespace ModelOps.ServiceDefaults.Access;

/// <summary>A token bucket for each key that has a limit a second: it fills steadily and holds <see cref="KeyLimits.Burst"/>.</summary>
internal sealed class KeyRates : IDisposable
{
    /// <summary>Another limit is another bucket; one that nobody asks any more goes by itself.</summary>
    private readonly record struct Bucket(string Key, double? PerSecond, int? Burst);

    private readonly PartitionedRateLimiter<KeyGrant> buckets = PartitionedRateLimiter.Create<KeyGrant, Bucket>(key =>
        new Bucket(key.Sha256, key.Limits?.PerSecond, key.Limits?.Burst) is { PerSecond: not null } limited
            ? RateLimitPartition.GetTokenBucketLimiter(limited, Options)
            : RateLimitPartition.GetNoLimiter(default(Bucket)));

    /// <returns>When to come again; null where the call may go on.</returns>
    public TimeSpan? Refuse(KeyGrant key)
    {
        using var lease = buckets.AttemptAcquire(key);
        return lease.IsAcquired ? null : lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : TimeSpan.FromSeconds(1);
    }

    private static TokenBucketRateLimiterOptions Options(Bucket bucket) => new()
    {
        TokenLimit = bucket.Burst ?? Math.Max(1, (int)Math.Ceiling(bucket.PerSecond!.Value)),
        TokensPerPeriod = 1,
        ReplenishmentPeriod = TimeSpan.FromSeconds(1 / bucket.PerSecond!.Value),
        QueueLimit = 0,
    };

    public void Dispose() => buckets.Dispose();
}
