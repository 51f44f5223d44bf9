using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using ModelOps.Contracts;
using ModelOps.Contracts.Access;

namespace ModelOps.ServiceDefaults.Access;

/// <summary>
/// The keys that a service takes: those of its configuration, and those that the registry gave since. A key is looked for by its SHA-256,
/// so how long that takes says nothing of a key.
/// </summary>
public sealed class KeyRing
{
    private readonly FrozenDictionary<string, KeyGrant> configured;
    private readonly TimeProvider time;
    private volatile FrozenDictionary<string, KeyGrant> followed = FrozenDictionary<string, KeyGrant>.Empty;

    public KeyRing(AccessOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        this.time = time;
        configured = ByHash(options.ApiKeys.Select(pair => new KeyGrant(HashOf(pair.Value), new StoreId(pair.Key), RoleName.Administrator, StoreAccess.KeyHolder, null, []))
            .Concat(options.PublishableKeys.Select(pair => new KeyGrant(HashOf(pair.Value.Key), new StoreId(pair.Key), RoleName.Publishable, StoreAccess.KeyHolder, null, pair.Value.Origins))));
    }

    /// <summary>What a key stands for; null when nobody gave it, or not any more.</summary>
    public KeyGrant? Find(string key) => FindHash(HashOf(key));

    /// <param name="hash">Of the key; see <see cref="HashOf"/>.</param>
    public KeyGrant? FindHash(string hash) =>
        configured.TryGetValue(hash, out var found) || followed.TryGetValue(hash, out found)
            ? found.ExpiresAt is { } end && end <= time.GetUtcNow() ? null : found
            : null;

    /// <summary>Whether any publishable key is for pages of this origin.</summary>
    public bool AllowsOrigin(string origin) => configured.Values.Concat(followed.Values).Any(key => key.Role == RoleName.Publishable && key.Allows(origin));

    /// <summary>Replaces the keys that came from the registry.</summary>
    public void Follow(IEnumerable<KeyGrant> keys) => followed = ByHash(keys);

    public static string HashOf(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    private static FrozenDictionary<string, KeyGrant> ByHash(IEnumerable<KeyGrant> keys) => keys.DistinctBy(key => key.Sha256).ToFrozenDictionary(key => key.Sha256, StringComparer.Ordinal);
}

internal static class KeyGrantExtensions
{
    /// <summary>Whether a page of this origin may use the key; a browser writes an origin as it is compared here.</summary>
    public static bool Allows(this KeyGrant key, string origin) => key.Origins.Contains(origin, StringComparer.OrdinalIgnoreCase);
}
