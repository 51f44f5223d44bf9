using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using ModelOps.Contracts.Signing;
using Npgsql;

namespace ModelOps.Registry.Signing;

/// <summary>Signs versions. The private key is the configuration's, or one that is made once and shared by all replicas through the database.</summary>
internal sealed class SigningKeys(RegistryDb database, IOptions<SigningOptions> options, TimeProvider time, ILogger<SigningKeys> logger)
{
    private const int Attempts = 5;

    private readonly SigningOptions options = options.Value;

    public bool IsConfigured => !string.IsNullOrWhiteSpace(options.PrivateKey);

    /// <summary>Before the service answers: there is a key, it is listed, and every version that is READY is signed, also one from before there were signatures.</summary>
    public async Task PrepareAsync()
    {
        using var key = IsConfigured ? P256.Read(options.PrivateKey!) : null;
        var current = await CurrentAsync(CancellationToken.None);
        if (key is null ? current?.PrivateKey is null : current?.KeyId != P256.IdOf(key))
            await AddAsync(key, CancellationToken.None);
        await SignUnsignedAsync();
    }

    /// <summary>Makes a new key, endorsed by the present one, for the versions to come. Earlier versions keep their signatures.</summary>
    public Task<SigningKeyRow> RotateAsync(CancellationToken cancellationToken) => AddAsync(null, cancellationToken);

    /// <summary>Every key, the present one first.</summary>
    public async Task<IReadOnlyList<SigningKey>> ListAsync(CancellationToken cancellationToken)
    {
        var rows = await database.SigningKeys.AsNoTracking().OrderByDescending(row => row.Number).ToListAsync(cancellationToken);
        return [.. rows.Select((row, index) => row.ToContract(index == 0))];
    }

    public async Task<PackageSignature> SignAsync(string manifestSha256, CancellationToken cancellationToken)
    {
        using var key = await PrivateKeyAsync(cancellationToken) ?? throw new InvalidOperationException("There is no key to sign with, though the start makes one. Was the table signing_keys emptied? Start the registry again.");
        return new PackageSignature(P256.IdOf(key), P256.Sign(key, manifestSha256));
    }

    private async Task<SigningKeyRow> AddAsync(ECDsa? configured, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            using var made = configured is null ? P256.Create() : null;
            var key = configured ?? made!;
            var current = await CurrentAsync(cancellationToken);
            if (configured is not null && current?.KeyId == P256.IdOf(key))
                return current;
            using var previous = PreviousOf(current);
            var row = new SigningKeyRow
            {
                Number = (current?.Number ?? 0) + 1,
                KeyId = P256.IdOf(key),
                PublicKey = key.ExportSubjectPublicKeyInfoPem(),
                PrivateKey = made?.ExportECPrivateKeyPem(),
                Since = time.GetUtcNow(),
                EndorsedBy = previous is null ? null : P256.IdOf(previous),
                Endorsement = previous is null ? null : P256.Sign(previous, P256.IdOf(key)),
            };
            database.SigningKeys.Add(row);
            try
            {
                await database.SaveChangesAsync(cancellationToken);
                logger.LogInformation("Versions are signed with the key {Key} from now on", row.KeyId);
                return row;
            }
            catch (DbUpdateException exception) when (exception.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation } && attempt < Attempts)
            {
                database.Entry(row).State = EntityState.Detached; // another replica was quicker: look again
                if (configured is null && await CurrentAsync(cancellationToken) is { PrivateKey: not null } its)
                    return its;
            }
        }
    }

    /// <summary>The private half of the key before, if it is known, to endorse the next.</summary>
    private ECDsa? PreviousOf(SigningKeyRow? current) =>
        current?.PrivateKey is { } pem ? P256.FromPem(pem) : string.IsNullOrWhiteSpace(options.PreviousPrivateKey) ? null : P256.Read(options.PreviousPrivateKey);

    private Task<SigningKeyRow?> CurrentAsync(CancellationToken cancellationToken) =>
        database.SigningKeys.AsNoTracking().OrderByDescending(row => row.Number).FirstOrDefaultAsync(cancellationToken);

    private async Task<ECDsa?> PrivateKeyAsync(CancellationToken cancellationToken)
    {
        if (IsConfigured)
            return P256.Read(options.PrivateKey!);
        var pem = await database.SigningKeys.Where(row => row.PrivateKey != null).OrderByDescending(row => row.Number).Select(row => row.PrivateKey).FirstOrDefaultAsync(cancellationToken);
        return pem is null ? null : P256.FromPem(pem);
    }

    /// <summary>Also those that a registry of an older release has completed beside this one.</summary>
    public async Task SignUnsignedAsync()
    {
        var unsigned = await database.Versions.AsNoTracking().Where(row => row.ManifestSha256 != null && row.Signature == null).ToListAsync();
        foreach (var version in unsigned)
        {
            var signature = await SignAsync(version.ManifestSha256!, CancellationToken.None);
            await database.Versions.Where(row => row.Store == version.Store && row.Model == version.Model && row.Version == version.Version && row.Signature == null)
                .ExecuteUpdateAsync(row => row.SetProperty(one => one.SignatureKeyId, signature.KeyId).SetProperty(one => one.Signature, signature.Value));
        }
        if (unsigned.Count > 0)
            logger.LogInformation("{Count} versions from before there were signatures are signed", unsigned.Count);
    }
}
