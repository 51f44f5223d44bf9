using ModelOps.Contracts.Signing;

namespace ModelOps.Registry.Signing;

/// <summary>The configuration section <c>Signing</c>.</summary>
internal sealed class SigningOptions
{
    /// <summary>A P-256 private key, as PEM or as the path of one, the same on every replica. Without it the registry makes one and keeps it in its database.</summary>
    public string? PrivateKey { get; init; }

    /// <summary>The key before it, so that it can endorse <see cref="PrivateKey"/> for those who have pinned it. Not needed for one out of the database.</summary>
    public string? PreviousPrivateKey { get; init; }

    /// <summary>What is wrong with the keys, or null.</summary>
    public string? Wrong() => Wrong(PrivateKey, nameof(PrivateKey)) ?? Wrong(PreviousPrivateKey, nameof(PreviousPrivateKey));

    private static string? Wrong(string? written, string name)
    {
        if (string.IsNullOrWhiteSpace(written))
            return null;
        try
        {
            using var key = P256.Read(written);
            key.ExportParameters(includePrivateParameters: true);
            return null;
        }
        catch (InvalidDataException exception)
        {
            return $"Signing:{name}: {exception.Message}";
        }
        catch (System.Security.Cryptography.CryptographicException)
        {
            return $"Signing:{name} is a public key; signing takes the private one.";
        }
    }
}
