using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Hosting;
using ModelOps.Contracts;

namespace ModelOps.ServiceDefaults.Access;

/// <summary>The configuration section <c>Access</c>.</summary>
public sealed class AccessOptions
{
    /// <summary>API key by store id: <c>Access__ApiKeys__main=…</c>. At least 16 characters each outside Development.</summary>
    public Dictionary<string, string> ApiKeys { get; init; } = [];

    /// <summary>The key that services show each other: <c>Access__ServiceKey=…</c>.</summary>
    public string? ServiceKey { get; init; }

    /// <summary>The store of a call without a key; null where a key is required. Set in Development only.</summary>
    public StoreId? KeylessStore { get; private set; }

    /// <summary>The store whose key this is. Every key is compared, by its SHA-256 and in constant time.</summary>
    public StoreId? StoreOf(string key)
    {
        var hash = Hash(key);
        StoreId? store = null;
        foreach (var (name, value) in ApiKeys)
            store = CryptographicOperations.FixedTimeEquals(hash, Hash(value)) ? new StoreId(name) : store;
        return store;
    }

    internal bool IsServiceKey(string key) => ServiceKey is { Length: > 0 } serviceKey && CryptographicOperations.FixedTimeEquals(Hash(key), Hash(serviceKey));

    private static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));

    internal void RefuseKeylessProduction(IHostEnvironment environment)
    {
        if (environment.IsDevelopment())
        {
            KeylessStore = StoreId.Main;
            return;
        }
        if (ApiKeys.Count == 0 || string.IsNullOrEmpty(ServiceKey))
            throw new InvalidOperationException(
                $"No API keys are configured in {environment.EnvironmentName}. Set Access__ApiKeys__<store>=<key> for each store and Access__ServiceKey=<key> for the services among each other, or run with ASPNETCORE_ENVIRONMENT=Development.");
        if (ApiKeys.Values.Append(ServiceKey).Any(key => key.Length < 16))
            throw new InvalidOperationException("An API key has fewer than 16 characters. Use at least 16, for example from: openssl rand -hex 24");
    }
}
