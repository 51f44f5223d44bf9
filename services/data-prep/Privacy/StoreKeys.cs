using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using ModelOps.Contracts;
using ModelOps.DataPrep.Datasets;
using ModelOps.EventLog;
using ModelOps.Privacy;
using Npgsql;

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

internal sealed class StoreKeys(DatasetsDb database, PersonKeys told, ILogger<StoreKeys> logger)
{
    private const int SecretBytes = 32;

    public async Task<StorePrivacy> OfAsync(StoreId store, CancellationToken cancellationToken)
    {
        var key = await FindAsync(store, cancellationToken);
        await TellAsync(store, key.Secret, cancellationToken);
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

    /// <summary>The ids that a person has: the shop's, and the one in datasets and packages where that one is hidden there.</summary>
    public async Task<IReadOnlyList<string>> IdsOfAsync(StoreId store, string user, CancellationToken cancellationToken)
    {
        if (!PersonalData.IsIn(user))
            return [user];
        var secret = (await FindAsync(store, cancellationToken)).Secret;
        await TellAsync(store, secret, cancellationToken);
        return [user, new PersonalData(secret).Protect(user)];
    }

    /// <summary>Inference asks the event log for it. A preparation does not wait for a log that is away; the next one tells it.</summary>
    private async Task TellAsync(StoreId store, byte[] secret, CancellationToken cancellationToken)
    {
        try
        {
            await told.PutAsync(store, secret, cancellationToken);
        }
        catch (Exception exception) when (exception is NpgsqlException or TimeoutException)
        {
            logger.LogWarning("The event log is away ({Reason}); until the next preparation inference does not recognise the hidden ids of '{Store}'", exception.Message, store.Value);
        }
    }

    private IQueryable<StoreKeyRow> Row(StoreId store) => database.StoreKeys.AsNoTracking().Where(row => row.Store == store.Value);
}
