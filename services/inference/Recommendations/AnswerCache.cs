using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Security.Cryptography;
using System.Text.Json;
using ModelOps.Contracts;
using ModelOps.Contracts.Predictions;
using StackExchange.Redis;

namespace ModelOps.Inference.Recommendations;

/// <summary>
/// Answers in Redis, a hash for each shopper with a field for each different question. A shopper's new event removes the whole
/// hash. Without Redis every answer is computed.
/// </summary>
internal sealed class AnswerCache : IDisposable
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);
    private static readonly ActivitySource Tracing = new("ModelOps.Cache");

    private readonly IConnectionMultiplexer redis;
    private readonly Meter meter;
    private readonly Counter<long> hits;
    private readonly Counter<long> misses;

    public AnswerCache(IConnectionMultiplexer redis, IMeterFactory meters)
    {
        this.redis = redis;
        meter = meters.Create("ModelOps.Inference");
        hits = meter.CreateCounter<long>("modelops.cache.hits", description: "Answers taken from the cache");
        misses = meter.CreateCounter<long>("modelops.cache.misses", description: "Answers that had to be computed");
    }

    public async Task<List<RecommendedItem>?> FindAsync(StoreId store, string subject, string question)
    {
        using var span = Start("HGET");
        try
        {
            var value = await redis.GetDatabase().HashGetAsync(Key(store, subject), question);
            (value.HasValue ? hits : misses).Add(1);
            return value.HasValue ? JsonSerializer.Deserialize<List<RecommendedItem>>((byte[])value!, JsonSerializerOptions.Web) : null;
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            span?.SetStatus(ActivityStatusCode.Error, exception.Message);
            misses.Add(1);
            return null;
        }
    }

    /// <summary>Keeps an answer; nobody waits for it.</summary>
    public void Keep(StoreId store, string subject, string question, List<RecommendedItem> items)
    {
        using var span = Start("HSET");
        if (!redis.IsConnected)
            return;
        var database = redis.GetDatabase();
        var key = Key(store, subject);
        database.HashSet(key, question, JsonSerializer.SerializeToUtf8Bytes(items, JsonSerializerOptions.Web), flags: CommandFlags.FireAndForget);
        database.KeyExpire(key, Lifetime, flags: CommandFlags.FireAndForget);
    }

    /// <summary>Forgets the answers of shoppers and visits that have just done something.</summary>
    /// <param name="subjects">As <see cref="SubjectOf(string)"/> and <see cref="SubjectOfVisit"/> name them.</param>
    public async Task ForgetAsync(StoreId store, IEnumerable<string> subjects)
    {
        var keys = subjects.Select(subject => (RedisKey)Key(store, subject)).ToArray();
        if (keys.Length == 0 || !redis.IsConnected)
            return;
        using var span = Start("DEL");
        try
        {
            await redis.GetDatabase().KeyDeleteAsync(keys);
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            span?.SetStatus(ActivityStatusCode.Error, exception.Message); // the answers age out
        }
    }

    /// <summary>Whose answer it is: the shopper, the visit, or whoever has that history.</summary>
    /// <param name="question">Of <see cref="QuestionOf"/>: nobody's answers each have a key of their own, which expires, for no event makes them old.</param>
    public static string SubjectOf(RecommendationRequest request, string question) =>
        request.History is { } history ? "history:" + Hash(JsonSerializer.SerializeToUtf8Bytes(history, JsonSerializerOptions.Web))
        : request.User is { } user ? SubjectOf(user)
        : request.Session is { } session ? SubjectOfVisit(session)
        : "anybody:" + question;

    public static string SubjectOf(string user) => $"user:{user}";

    public static string SubjectOfVisit(string session) => $"visit:{session}";

    /// <summary>What an answer depends on besides the shopper.</summary>
    /// <param name="revision">Of the store's rules, stock and prices.</param>
    public static string QuestionOf(RecommendationRequest request, string model, int version, string revision = "") => Hash(
        JsonSerializer.SerializeToUtf8Bytes(request with { User = null, Session = null, History = null, DeadlineMs = null, Placement = null, Model = $"{model}/{version}/{revision}" }, JsonSerializerOptions.Web));

    private static string Hash(byte[] text) => Convert.ToHexStringLower(SHA256.HashData(text).AsSpan(0, 16));

    private static string Key(StoreId store, string subject) => $"rec:{store}:{subject}";

    private static Activity? Start(string operation)
    {
        var span = Tracing.StartActivity(operation, ActivityKind.Client);
        span?.SetTag("db.system.name", "redis").SetTag("db.operation.name", operation);
        return span;
    }

    public void Dispose() => meter.Dispose();
}
