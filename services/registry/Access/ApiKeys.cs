using System.Buffers.Text;
using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using ModelOps.Contracts;
using ModelOps.Contracts.Access;
using ModelOps.ServiceDefaults.Access;

namespace ModelOps.Registry.Access;

/// <summary>Makes keys, and ends them.</summary>
internal sealed class ApiKeys(RegistryDb database, TimeProvider time)
{
    private const int Bytes = 32, Shown = 10;

    /// <summary>With the key itself, which nobody can be shown again.</summary>
    public async Task<CreatedApiKey> CreateAsync(StoreId store, NewApiKey asked, string by, CancellationToken cancellationToken)
    {
        var (row, key) = New(store, asked.Name, asked.Role, [.. asked.Origins ?? []], time.GetUtcNow(), by, asked.Days, asked.Limits);
        database.ApiKeys.Add(row);
        await database.SaveChangesAsync(cancellationToken);
        return new CreatedApiKey(row.ToContract(), key);
    }

    /// <summary>A new key in place of one, which works on for a while if its time is not over already.</summary>
    /// <returns>Null where there is no such key, or somebody has revoked it.</returns>
    public async Task<CreatedApiKey?> RotateAsync(StoreId store, Guid id, KeyRotation rotation, string by, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (await database.ApiKeys.SingleOrDefaultAsync(row => row.Store == store.Value && row.Id == id && row.RevokedAt == null, cancellationToken) is not { } old)
            return null;
        if (await database.ApiKeys.AnyAsync(row => row.Replaces == id && row.RevokedAt == null, cancellationToken))
            throw new KeyReplacedException();
        // A replacement shortens its key's life; how long was meant, the one that replaced it knows.
        var meant = await database.ApiKeys.Where(row => row.Replaces == id).OrderBy(row => row.CreatedAt).FirstOrDefaultAsync(cancellationToken) ?? old;
        var days = rotation.Days ?? (meant.ExpiresAt - meant.CreatedAt)?.TotalDays;
        var (row, key) = New(store, old.Name, old.Role, old.Origins, now, by, days, old.Limits, old.Id);
        var end = now.AddHours(rotation.OverlapHours);
        old.ExpiresAt = old.ExpiresAt < end ? old.ExpiresAt : end;
        database.ApiKeys.Add(row);
        await database.SaveChangesAsync(cancellationToken);
        return new CreatedApiKey(row.ToContract(), key);
    }

    /// <summary>Ends a key now; one that has ended stays as it is.</summary>
    /// <returns>Null where there is no such key.</returns>
    public async Task<ApiKey?> RevokeAsync(StoreId store, Guid id, string by, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await database.ApiKeys.Where(row => row.Store == store.Value && row.Id == id && row.RevokedAt == null)
            .ExecuteUpdateAsync(row => row.SetProperty(key => key.RevokedAt, now).SetProperty(key => key.RevokedBy, by), cancellationToken);
        return (await database.ApiKeys.AsNoTracking().SingleOrDefaultAsync(row => row.Store == store.Value && row.Id == id, cancellationToken))?.ToContract();
    }

    /// <summary>Sets how much may be asked with a key from now on.</summary>
    /// <returns>What held before and the key as it is now; null where there is no such key that works.</returns>
    public async Task<(KeyLimits? Before, ApiKey Key)?> LimitAsync(StoreId store, Guid id, KeyLimits limits, CancellationToken cancellationToken)
    {
        if (await Working(store, time.GetUtcNow()).SingleOrDefaultAsync(row => row.Id == id, cancellationToken) is not { } key)
            return null;
        var before = key.Limits;
        key.Limits = limits;
        await database.SaveChangesAsync(cancellationToken);
        return (before, key.ToContract());
    }

    /// <summary>Those of every store that work, in an order that stays.</summary>
    public async Task<IReadOnlyList<KeyGrant>> GrantsAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var rows = await database.ApiKeys.AsNoTracking().Where(row => row.RevokedAt == null && (row.ExpiresAt == null || row.ExpiresAt > now)).OrderBy(row => row.Id).ToListAsync(cancellationToken);
        return [.. rows.Select(row => row.ToGrant())];
    }

    private IQueryable<ApiKeyRow> Working(StoreId store, DateTimeOffset now) =>
        database.ApiKeys.Where(row => row.Store == store.Value && row.RevokedAt == null && (row.ExpiresAt == null || row.ExpiresAt > now));

    private static (ApiKeyRow Row, string Key) New(StoreId store, string name, string role, string[] origins, DateTimeOffset now, string by, double? days, KeyLimits? limits, Guid? replaces = null)
    {
        var key = (role == RoleName.Publishable ? "pk_" : "sk_") + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes));
        return (new ApiKeyRow
        {
            Id = Guid.CreateVersion7(now),
            Store = store.Value,
            Name = name.Trim(),
            Role = role,
            Sha256 = KeyRing.HashOf(key),
            Beginning = key[..Shown],
            Origins = origins,
            CreatedAt = now,
            CreatedBy = by,
            ExpiresAt = days is { } some ? now.AddDays(some) : null,
            Replaces = replaces,
            Limits = limits,
        }, key);
    }
}

/// <summary>The key has a successor already: replacing that one is meant, perhaps.</summary>
internal sealed class KeyReplacedException : Exception;
