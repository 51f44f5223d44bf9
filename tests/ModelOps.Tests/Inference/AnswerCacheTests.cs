using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using ModelOps.Contracts;
using ModelOps.Contracts.Predictions;
using ModelOps.Inference.Recommendations;
using StackExchange.Redis;

namespace ModelOps.Tests.Inference;

/// <summary>One contract, two servers: Garnet, which the engine starts, and Redis itself where it is installed.</summary>
public sealed class AnswerCacheTests(Stores stores)
{
    private static readonly List<RecommendedItem> Items = [new("a", 1.5, "model"), new("b", .5, "popular")];

    [Theory]
    [InlineData("garnet")]
    [InlineData("redis-server")]
    public async Task Answer_IsKept_UntilTheShopperActs(string server)
    {
        await using var redis = await ServerAsync(server);
        using var cache = Cache(redis.Connection);
        var (ann, bob) = (AnswerCache.SubjectOf(Guid.NewGuid().ToString()), AnswerCache.SubjectOf("bob"));
        var question = AnswerCache.QuestionOf(new RecommendationRequest(Count: 5), "m", 1);

        cache.Keep(StoreId.Main, ann, question, Guid.Empty, Items);
        cache.Keep(StoreId.Main, bob, question, Guid.Empty, Items);

        Assert.Equal(Items, (await cache.FindAsync(StoreId.Main, ann, question)).Items);
        Assert.Null((await cache.FindAsync(new StoreId("other"), ann, question)).Items);
        Assert.Null((await cache.FindAsync(StoreId.Main, ann, AnswerCache.QuestionOf(new RecommendationRequest(Count: 6), "m", 1))).Items);
        Assert.Null((await cache.FindAsync(StoreId.Main, ann, AnswerCache.QuestionOf(new RecommendationRequest(Count: 5), "m", 2))).Items);

        await cache.ForgetAsync(StoreId.Main, [ann]);

        var after = await cache.FindAsync(StoreId.Main, ann, question);
        Assert.Null(after.Items);
        Assert.Equal(Items, (await cache.FindAsync(StoreId.Main, bob, question)).Items);

        cache.Keep(StoreId.Main, ann, question, Guid.Empty, Items); // begun before the event, ready after it
        Assert.Null((await cache.FindAsync(StoreId.Main, ann, question)).Items);
        cache.Keep(StoreId.Main, ann, question, after.State!.Value, Items);
        Assert.Equal(Items, (await cache.FindAsync(StoreId.Main, ann, question)).Items);
    }

    [Theory]
    [InlineData(60, 180, new[] { "fresh", "stale", "gone" })]
    [InlineData(60, 0, new[] { "fresh", "gone", "gone" })]
    public async Task Answer_GetsOld(int fresh, int stale, string[] expected)
    {
        await using var redis = await ServerAsync("garnet");
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        using var cache = Cache(redis.Connection, new AnswerCacheOptions { FreshSeconds = fresh, StaleSeconds = stale }, time);
        var subject = AnswerCache.SubjectOf(Guid.NewGuid().ToString());
        cache.Keep(StoreId.Main, subject, "q", Guid.Empty, Items);

        var ages = new List<string>();
        foreach (var seconds in new[] { 59, 1, 120 })
        {
            time.Advance(TimeSpan.FromSeconds(seconds));
            ages.Add(await cache.FindAsync(StoreId.Main, subject, "q") switch { { Items: null } => "gone", { IsStale: true } => "stale", _ => "fresh" });
        }

        Assert.Equal(expected, ages);
    }

    [Fact]
    public async Task WithoutServer_EverythingIsAMiss()
    {
        await using var nowhere = await ConnectionMultiplexer.ConnectAsync("localhost:1,abortConnect=false,connectTimeout=200,asyncTimeout=200");
        using var cache = Cache(nowhere);

        cache.Keep(StoreId.Main, "user:x", "q", Guid.Empty, Items);
        await cache.ForgetAsync(StoreId.Main, [AnswerCache.SubjectOf("x")]);

        Assert.Equal(new CacheAnswer(null, false, null), await cache.FindAsync(StoreId.Main, "user:x", "q"));
    }

    private static AnswerCache Cache(IConnectionMultiplexer redis, AnswerCacheOptions? options = null, TimeProvider? time = null) => new(
        redis, Options.Create(options ?? new AnswerCacheOptions()), time ?? TimeProvider.System, new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>());

    private async Task<Server> ServerAsync(string server)
    {
        if (server == "garnet")
            return new Server(await ConnectionMultiplexer.ConnectAsync(stores.Cache), null);
        Assert.SkipUnless(File.Exists("/usr/bin/redis-server"), "redis-server is not installed (Debian's package of that name).");
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();
        var process = Process.Start(new ProcessStartInfo("/usr/bin/redis-server", ["--port", $"{port}", "--bind", "127.0.0.1", "--save", "", "--dir", Path.GetTempPath()]) { RedirectStandardOutput = true })!;
        while (await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line && !line.Contains("Ready to accept connections", StringComparison.Ordinal))
            TestContext.Current.TestOutputHelper?.WriteLine(line);
        return new Server(await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{port}"), process);
    }

    private sealed record Server(ConnectionMultiplexer Connection, Process? Process) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await Connection.DisposeAsync();
            Process?.Kill();
            Process?.Dispose();
        }
    }
}
