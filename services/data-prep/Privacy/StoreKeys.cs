using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using ModelOps.Contracts;
using ModelOps.DataPrep.Datasets;

namespace ModelOps.DataPrep.Privacy;

/// <summary>A store's key: personal details are hashed with <see cref="Secret"/>, records of erasure signed with <see cref="Signing"/> (ECDSA P-256, PKCS#8). Made once, when first needed.</summary>
internal sealed class StoreKeyRow
{
    public required string Store { get; init; }
    public required byte[] Secret { get; init; }
    public required byte[] Signing { get; init; }
}

/// <summary>What a version may not hold in clear, or not at all.</summary>
/// <param name="Erased">Users who were erased.</param>
internal sealed record StorePrivacy(PersonalData Data, IReadOnlyList<ErasedUser> Erased);

/// <summary>What a user did up to the wish to be forgotten is left out of every version, whatever file brings it back.</summary>
internal sealed record ErasedUser(string Pseudonym, DateTimeOffset Until);

internal sealed class StoreKeys(DatasetsDb database)
{
    private const int SecretBytes = 32;

    public async Task<StorePrivacy> OfAsync(StoreId store, CancellationToken cancellationToken)
    {
        var key = await FindAsync(store, cancellationToken);
        var erased = await database.Erasures.AsNoTracking().Where(row => row.Store == store.Value)
            .GroupBy(row => row.Pseudonym).Select(rows => new ErasedUser(rows.Key, rows.Max(row => row.RequestedAt))).ToListAsync(cancellationToken);
        return new StorePrivacy(new PersonalData(key.Secret), erased);
    }

    public async Task<StoreKeyRow> FindAsync(StoreId store, CancellationToken cancellationToken)
    {
        if (await Row(store).FirstOrDefaultAsync(cancellationToken) is { } known)
            return known;
        using var signing = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        // Of two replicas that make a key at once, the first one's holds.
        await database.Database.ExecuteSqlAsync(
            $"INSERT INTO store_keys (store, secret, signing) VALUES ({store.Value}, {RandomNumberGenerator.GetBytes(SecretBytes)}, {signing.ExportPkcs8PrivateKey()}) ON CONFLICT DO NOTHING", cancellationToken);
        return await Row(store).SingleAsync(cancellationToken);
    }

    private IQueryable<StoreKeyRow> Row(StoreId store) => database.StoreKeys.AsNoTracking().Where(row => row.Store == store.Value);
}
