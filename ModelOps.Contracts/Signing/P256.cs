using System.Security.Cryptography;

namespace ModelOps.Contracts.Signing;

/// <summary>
/// ECDSA over NIST P-256 with SHA-256, signatures in base64 of DER (RFC 3279): what
/// <c>openssl dgst -sha256 -verify key.pem -signature signature.der manifest.json</c> verifies too.
/// </summary>
public static class P256
{
    public static ECDsa Create() => ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <summary>A key from its PEM, or from a file that holds it.</summary>
    /// <exception cref="InvalidDataException">It is no P-256 key.</exception>
    public static ECDsa Read(string pemOrPath)
    {
        ArgumentNullException.ThrowIfNull(pemOrPath);
        if (pemOrPath.Contains("-----BEGIN", StringComparison.Ordinal))
            return FromPem(pemOrPath);
        try
        {
            return FromPem(File.ReadAllText(pemOrPath));
        }
        catch (Exception exception) when (exception is ArgumentException or IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException($"It is neither a PEM nor a file that can be read ({exception.Message}).");
        }
    }

    /// <exception cref="InvalidDataException">It is no P-256 key.</exception>
    public static ECDsa FromPem(string pem)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(pem);
            return key.ExportParameters(false).Curve.Oid.Value == ECCurve.NamedCurves.nistP256.Oid.Value ? key : throw new CryptographicException("Its curve is another one.");
        }
        catch (Exception exception) when (exception is ArgumentException or CryptographicException)
        {
            key.Dispose();
            throw new InvalidDataException($"It is no P-256 key ({exception.Message}). Make one with: openssl ecparam -name prime256v1 -genkey -noout");
        }
    }

    /// <summary>What a key is known by: the SHA-256 of its public half (SubjectPublicKeyInfo), in lower-case hexadecimal.</summary>
    public static string IdOf(ECDsa key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return Convert.ToHexStringLower(SHA256.HashData(key.ExportSubjectPublicKeyInfo()));
    }

    /// <param name="sha256">Of what is signed, in hexadecimal.</param>
    public static string Sign(ECDsa key, string sha256)
    {
        ArgumentNullException.ThrowIfNull(key);
        return Convert.ToBase64String(key.SignHash(Convert.FromHexString(sha256), DSASignatureFormat.Rfc3279DerSequence));
    }

    public static bool IsSigned(ECDsa key, string sha256, string signature)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(signature);
        var bytes = new byte[signature.Length];
        return Convert.TryFromBase64String(signature, bytes, out var length)
            && key.VerifyHash(Convert.FromHexString(sha256), bytes.AsSpan(0, length), DSASignatureFormat.Rfc3279DerSequence);
    }
}
