namespace ModelOps.Contracts.Signing;

/// <summary>The public half of a key that the registry signs versions with, or signed earlier ones with.</summary>
/// <param name="Id">SHA-256 of the key (<see cref="P256.IdOf"/>).</param>
/// <param name="Pem">SubjectPublicKeyInfo.</param>
/// <param name="Since">From when on it signed.</param>
/// <param name="IsCurrent">Whether it signs now.</param>
/// <param name="EndorsedBy">The key before it, where that one vouches for it.</param>
/// <param name="Endorsement">The signature of <paramref name="EndorsedBy"/> over this key's SubjectPublicKeyInfo.</param>
public sealed record SigningKey(string Id, string Pem, DateTimeOffset Since, bool IsCurrent, string? EndorsedBy = null, string? Endorsement = null);

/// <summary>A signature over the bytes of a version's <c>manifest.json</c>, and so over each file that it lists.</summary>
/// <param name="KeyId">The <see cref="SigningKey.Id"/>.</param>
/// <param name="Value">Base64 of DER.</param>
public sealed record PackageSignature(string KeyId, string Value)
{
    /// <summary>Where a package on disk, or in one file, keeps it, beside the manifest. No file of a package may have this name.</summary>
    public const string FileName = "manifest.signature.json";
}
