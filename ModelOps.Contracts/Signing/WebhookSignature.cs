using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ModelOps.Contracts.Signing;

/// <summary>
/// Signatures of <see href="https://www.standardwebhooks.com">Standard Webhooks</see>: <c>webhook-signature</c> is <c>v1,</c> and the base64 of the
/// HMAC-SHA256 over <c>{webhook-id}.{webhook-timestamp}.{body}</c>; several, apart by spaces, while a secret is being replaced.
/// </summary>
public static class WebhookSignature
{
    public const string IdHeader = "webhook-id";
    public const string TimestampHeader = "webhook-timestamp";
    public const string SignatureHeader = "webhook-signature";
    private const string Version = "v1,";
    private const string SecretPrefix = "whsec_";

    /// <param name="timestamp">Seconds since 1970.</param>
    public static string Of(string secret, string id, long timestamp, string body)
    {
        ArgumentNullException.ThrowIfNull(secret);
        var signed = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{timestamp}.{body}"));
        return Version + Convert.ToBase64String(HMACSHA256.HashData(KeyOf(secret), signed));
    }

    /// <summary>Whether one of <paramref name="signatures"/> is right; compared in constant time.</summary>
    public static bool Holds(string secret, string id, long timestamp, string body, string signatures)
    {
        ArgumentNullException.ThrowIfNull(signatures);
        var right = Encoding.ASCII.GetBytes(Of(secret, id, timestamp, body));
        return signatures.Split(' ', StringSplitOptions.RemoveEmptyEntries).Aggregate(false, (found, signature) => CryptographicOperations.FixedTimeEquals(right, Encoding.UTF8.GetBytes(signature)) || found);
    }

    /// <summary>A secret with the standard's prefix is base64; any other is its own bytes.</summary>
    private static byte[] KeyOf(string secret)
    {
        var buffer = new byte[secret.Length];
        return secret.StartsWith(SecretPrefix, StringComparison.Ordinal) && Convert.TryFromBase64String(secret[SecretPrefix.Length..], buffer, out var length) ? buffer[..length] : Encoding.UTF8.GetBytes(secret);
    }
}
