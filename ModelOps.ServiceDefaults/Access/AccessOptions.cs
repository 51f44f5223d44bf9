using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Hosting;
using ModelOps.Contracts;

namespace ModelOps.ServiceDefaults.Access;

/// <summary>The configuration section <c>Access</c>. Keys beyond these are made at the registry: see <see cref="KeyRing"/>.</summary>
public sealed class AccessOptions
{
    /// <summary>An administrator's key by store id: <c>Access__ApiKeys__main=…</c>. At least 16 characters each outside Development.</summary>
    public Dictionary<string, string> ApiKeys { get; init; } = [];

    /// <summary>The key for a store's pages: <c>Access__PublishableKeys__main__Key=…</c>, <c>Access__PublishableKeys__main__Origins__0=https://…</c>.</summary>
    public Dictionary<string, PublishableKey> PublishableKeys { get; init; } = [];

    /// <summary>The key that services show each other: <c>Access__ServiceKey=…</c>.</summary>
    public string? ServiceKey { get; init; }

    /// <summary>People's tokens of an OpenID Connect provider, beside keys.</summary>
    public TokenOptions Tokens { get; init; } = new();

    /// <summary>The store of a call without a key; null where a key is required. Set in Development only.</summary>
    public StoreId? KeylessStore { get; private set; }

    internal bool IsServiceKey(string key) => ServiceKey is { Length: > 0 } serviceKey && CryptographicOperations.FixedTimeEquals(Hash(key), Hash(serviceKey));

    private static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));

    internal void RefuseKeylessProduction(IHostEnvironment environment)
    {
        RefuseWrongPublishableKeys();
        Tokens.RefuseWrong();
        if (environment.IsDevelopment())
        {
            KeylessStore = StoreId.Main;
            return;
        }
        if (ApiKeys.Count == 0 || string.IsNullOrEmpty(ServiceKey))
            throw new InvalidOperationException(
                $"No API keys are configured in {environment.EnvironmentName}. Set Access__ApiKeys__<store>=<key> for each store and Access__ServiceKey=<key> for the services among each other, or run with ASPNETCORE_ENVIRONMENT=Development.");
        if (ApiKeys.Values.Append(ServiceKey).Concat(PublishableKeys.Values.Select(publishable => publishable.Key)).Any(key => key.Length < 16))
            throw new InvalidOperationException("An API key has fewer than 16 characters. Use at least 16, for example from: openssl rand -hex 24");
    }

    private void RefuseWrongPublishableKeys()
    {
        foreach (var (store, publishable) in PublishableKeys)
        {
            if (PublishableKey.WrongOrigin(publishable.Origins) is { } origin)
                throw new InvalidOperationException($"Access__PublishableKeys__{store}__Origins has '{origin}', which is no origin. Write scheme and host without a path, as https://www.shop.example.");
            if (IsServiceKey(publishable.Key) || ApiKeys.ContainsValue(publishable.Key))
                throw new InvalidOperationException($"Access__PublishableKeys__{store}__Key is a secret key too. Everybody can read a publishable key: make another one.");
        }
    }
}
