using System.Diagnostics.Metrics;
using BitFaster.Caching.Lru;
using Microsoft.Extensions.Options;
using ModelOps.Contracts;
using ModelOps.Contracts.Predictions;

namespace ModelOps.Inference.Recommendations;

/// <summary>
/// Answers that this replica has given lately, in its own memory, before Redis is asked. A shopper's count for half a second, so that
/// what the shopper did at another replica is in the next answer within one; nobody's are made old by no event.
/// </summary>
internal sealed class NearAnswers : IDisposable
{
    private static readonly TimeSpan ShoppersLifetime = TimeSpan.FromMilliseconds(500);

    private readonly AnswerCacheOptions options;
    private readonly TimeProvider time;
    private readonly ConcurrentLru<(StoreId Store, string Subject, string Question), Kept> answers;
    private readonly ConcurrentLru<(StoreId Store, string Subject), long> acts;
    private readonly Meter meter;
    private readonly Counter<long> given;

    public NearAnswers(IOptions<AnswerCacheOptions> options, TimeProvider time, IMeterFactory meters)
    {
        (this.options, this.time) = (options.Value, time);
        answers = new(options.Value.NearAnswers);
        acts = new(options.Value.NearAnswers);
        meter = meters.Create("ModelOps.Inference");
        given = meter.CreateCounter<long>("modelops.cache.near", description: "Answers from the replica's own memory, for which Redis was not asked");
    }

    /// <summary>Before anything is looked up for a question.</summary>
    public long Begin() => time.GetTimestamp();

    /// <param name="now">Of <see cref="Begin"/>.</param>
    public List<RecommendedItem>? Find(StoreId store, string subject, string question, long now)
    {
        if (!answers.TryGet((store, subject, question), out var kept))
            return null;
        var lifetime = AnswerCache.IsSomebodys(subject) ? ShoppersLifetime : options.Fresh;
        if (time.GetElapsedTime(kept.Begun, now) >= lifetime || (acts.TryGet((store, subject), out var act) && act >= kept.Begun))
            return null;
        given.Add(1);
        return kept.Items;
    }

    /// <param name="begun">Of <see cref="Begin"/>: an event since then is not in it.</param>
    public void Keep(StoreId store, string subject, string question, List<RecommendedItem> items, long begun) => answers.AddOrUpdate((store, subject, question), new Kept(items, begun));

    /// <summary>What was begun before a shopper's event is old after it.</summary>
    public void Forget(StoreId store, IEnumerable<string> subjects)
    {
        var now = time.GetTimestamp();
        foreach (var subject in subjects)
            acts.AddOrUpdate((store, subject), now);
    }

    public void Dispose() => meter.Dispose();

    private sealed record Kept(List<RecommendedItem> Items, long Begun);
}
