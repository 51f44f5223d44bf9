using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using ModelOps.Contracts;
using ModelOps.EventLog;
using ModelOps.Monitor.Quality;

namespace ModelOps.Monitor.Privacy;

/// <summary>What a store's shoppers are hashed with. Made once, when first needed.</summary>
internal sealed class StoreKeyRow
{
    public required string Store { get; init; }
    public required byte[] Secret { get; init; }
}

/// <summary>The keys of the stores that were asked for; a key never changes.</summary>
internal sealed class ShopperKeys(IServiceScopeFactory scopes)
{
    private const int SecretBytes = 32;
    private readonly ConcurrentDictionary<StoreId, ShopperKey> known = new();

    public async Task<ShopperKey> OfAsync(StoreId store, CancellationToken cancellationToken)
    {
        if (known.TryGetValue(store, out var key))
            return key;
        await using var scope = scopes.CreateAsyncScope();
        var database = scope.ServiceProvider.GetRequiredService<MonitorDb>();
        // Of two replicas that make a key at once, the first one's holds.
        await database.Database.ExecuteSqlAsync($"INSERT INTO store_keys (store, secret) VALUES ({store.Value}, {RandomNumberGenerator.GetBytes(SecretBytes)}) ON CONFLICT DO NOTHING", cancellationToken);
        return known[store] = new ShopperKey((await database.StoreKeys.AsNoTracking().SingleAsync(row => row.Store == store.Value, cancellationToken)).Secret);
    }

    public async Task<IReadOnlyDictionary<StoreId, ShopperKey>> OfAsync(IEnumerable<StoreId> stores, CancellationToken cancellationToken)
    {
        var keys = new Dictionary<StoreId, ShopperKey>();
        foreach (var store in stores.Distinct())
            keys[store] = await OfAsync(store, cancellationToken);
        return keys;
    }
}

/// <summary>Gives a store's shoppers the numbers that they are counted under: without the key nobody can tell whose they are.</summary>
internal sealed class ShopperKey(byte[] secret)
{
    /// <summary>A user's, else a visit's; an answer for nobody in particular is a shopper of its own.</summary>
    public long Of(Impression answer) =>
        answer.User is { } user ? OfUser(user) : answer.Session is { } session ? OfSession(session) : Hash("answer", answer.Token);

    public long OfUser(string user) => Hash("user", user);

    public long OfSession(string session) => Hash("session", session);

    /// <summary>Of a query's words.</summary>
    public long OfQuery(string form) => Hash("query", form);

    private long Hash(string kind, string id) => BitConverter.ToInt64(HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes($"{kind}\n{id}")));
}
