using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.Options;
using ModelOps.Contracts;
using ModelOps.Contracts.Predictions;
using StackExchange.Redis;

namespace ModelOps.Inference.Recommendations;

/// <summary>
/// Answers in Redis, a hash for each shopper with a field for each different question. A shopper's new event removes the whole
/// hash and leaves a new state in it: an answer that was begun before the event and comes after it is of another state, and not given.
/// Without Redis every answer is computed.
/// </summary>
internal sealed class AnswerCache : IDisposable
{
    private const string StateField = "state";
    private const string History = "history:";
    private const string Anybody = "anybody:";
    private static readonly ActivitySource Tracing = new("ModelOps.Cache");

    private readonly IConnectionMultiplexer redis;
    private readonly AnswerCacheOptions options;
    private readonly TimeProvider time;
    private readonly Meter meter;
    private readonly Counter<long> hits;
    private readonly Counter<long> stale;
    private readonly Counter<long> misses;

    public AnswerCache(IConnectionMultiplexer redis, IOptions<AnswerCacheOptions> options, TimeProvider time, IMeterFactory meters)
    {
        (this.redis, this.options, this.time) = (redis, options.Value, time);
        meter = meters.Create("ModelOps.Inference");
        hits = meter.CreateCounter<long>("modelops.cache.hits", description: "Answers taken from the cache");
        stale = meter.CreateCounter<long>("modelops.cache.stale", description: "Those hits that were old, and are made anew");
        misses = meter.CreateCounter<long>("modelops.cache.misses", description: "Answers that were not in the cache");
        Joined = meter.CreateCounter<long>("modelops.cache.joined", description: "Those misses that took the answer which an equal question was being given");
    }

    public Counter<long> Joined { get; }

    public async Task<CacheAnswer> FindAsync(StoreId store, string subject, string question)
    {
        using var span = Start("HMGET");
        try
        {
            var values = await redis.GetDatabase().HashGetAsync(Key(store, subject), [question, StateField]);
            var state = values[1].HasValue ? new Guid((byte[])values[1]!) : Guid.Empty;
            var kept = values[0].HasValue ? KeptAnswer.Of((byte[])values[0]!) : null;
            var age = kept is null ? TimeSpan.Zero : time.GetUtcNow() - kept.MadeAt;
            var isHit = kept is not null && kept.State == state && age < options.Lifetime;
            var isStale = isHit && age >= options.Fresh;
            (isHit ? hits : misses).Add(1);
            if (isStale)
                stale.Add(1);
            return new CacheAnswer(isHit ? kept!.Items : null, isStale, state);
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            span?.SetStatus(ActivityStatusCode.Error, exception.Message);
            misses.Add(1);
            return new CacheAnswer(null, false, null);
        }
    }

    /// <summary>Keeps an answer; nobody waits for it.</summary>
    /// <param name="state">What <see cref="FindAsync"/> said before the answer was begun.</param>
    public void Keep(StoreId store, string subject, string question, Guid state, List<RecommendedItem> items)
    {
        using var span = Start("HSET");
        if (!redis.IsConnected)
            return;
        var database = redis.GetDatabase();
        var key = Key(store, subject);
        database.HashSet(key, question, new KeptAnswer(time.GetUtcNow(), state, items).ToBytes(), flags: CommandFlags.FireAndForget);
        database.KeyExpire(key, options.Lifetime, flags: CommandFlags.FireAndForget);
    }

    /// <summary>Forgets the answers of shoppers and visits that have just done something.</summary>
    /// <param name="subjects">As <see cref="SubjectOf(string)"/> and <see cref="SubjectOfVisit"/> name them.</param>
    public async Task ForgetAsync(StoreId store, IEnumerable<string> subjects)
    {
        if (!redis.IsConnected)
            return;
        using var span = Start("DEL");
        try
        {
            var database = redis.GetDatabase();
            await Task.WhenAll(subjects.SelectMany(subject => Forget(database, Key(store, subject))).ToList());
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            span?.SetStatus(ActivityStatusCode.Error, exception.Message); // the answers age out
        }
    }

    /// <summary>In this order, on one connection. What is kept between the first two is of an older state than the second's.</summary>
    private Task[] Forget(IDatabase database, string key) =>
        [database.KeyDeleteAsync(key), database.HashSetAsync(key, StateField, Guid.NewGuid().ToByteArray()), database.KeyExpireAsync(key, options.Lifetime)];

    /// <summary>Whose answer it is: the shopper, the visit, or whoever has that history.</summary>
    /// <param name="question">Of <see cref="QuestionOf"/>: nobody's answers each have a key of their own, which expires, for no event makes them old.</param>
    public static string SubjectOf(RecommendationRequest request, string question) =>
        request.History is { } history ? History + Hash(JsonSerializer.SerializeToUtf8Bytes(history, JsonSerializerOptions.Web))
        : request.User is { } user ? SubjectOf(user)
        : request.Session is { } session ? SubjectOfVisit(session)
        : Anybody + question;

    /// <summary>Whether an event may make its answers old.</summary>
    public static bool IsSomebodys(string subject) => !IsHistory(subject) && !subject.StartsWith(Anybody, StringComparison.Ordinal);

    public static bool IsHistory(string subject) => subject.StartsWith(History, StringComparison.Ordinal);

    public static string SubjectOf(string user) => $"user:{user}";

    public static string SubjectOfVisit(string session) => $"visit:{session}";

    /// <summary>What an answer depends on besides the shopper.</summary>
    /// <param name="revision">Of the store's rules, stock and prices.</param>
    public static string QuestionOf(RecommendationRequest request, string model, int version, string revision = "") => Hash(
        JsonSerializer.SerializeToUtf8Bytes(request with { User = null, Session = null, History = null, DeadlineMs = null, Placement = null, Model = $"{model}/{version}/{revision}" }, JsonSerializerOptions.Web));

    private static string Hash(byte[] text) => Convert.ToHexStringLower(SHA256.HashData(text).AsSpan(0, 16));

    private static string Key(StoreId store, string subject) => $"answers:{store}:{subject}";

    private static Activity? Start(string operation)
    {
        var span = Tracing.StartActivity(operation, ActivityKind.Client);
        span?.SetTag("db.system.name", "redis").SetTag("db.operation.name", operation);
        return span;
    }

    public void Dispose() => meter.Dispose();
}

/// <param name="Items">Null for a miss.</param>
/// <param name="IsStale">Whether they are to be made anew.</param>
/// <param name="State">Of the shopper; null without Redis, when nobody can say whether there was an event.</param>
internal readonly record struct CacheAnswer(List<RecommendedItem>? Items, bool IsStale, Guid? State);
