using System.Text.RegularExpressions;

namespace ModelOps.AppHost.LocalEngine.Support;

/// <summary>
/// Takes secrets and people out of text. Values that are known to be secret go wherever they stand; of others the shape decides, and where
/// it is in doubt too much goes rather than too little.
/// </summary>
internal sealed partial class Redaction(IEnumerable<string> secrets)
{
    /// <summary>Shorter ones would take ordinary words with them; passwords that are generated have 40 characters.</summary>
    private const int ShortestSecret = 6;

    private const string Secret = "[secret]", Person = "[person]";

    // The longest first: one may be the beginning of another.
    private readonly string[] secrets = [.. secrets.Where(secret => secret.Length >= ShortestSecret).Distinct().OrderByDescending(secret => secret.Length)];

    public string Of(string text)
    {
        foreach (var secret in secrets)
            text = text.Replace(secret, Secret, StringComparison.Ordinal);
        text = PrivateKey().Replace(text, Secret);
        text = UrlCredentials().Replace(text, $"$1{Secret}@");
        text = ApiKey().Replace(text, Secret);
        text = JsonWebToken().Replace(text, Secret);
        text = Bearer().Replace(text, $"$1 {Secret}");
        text = NamedSecret().Replace(text, $"$1$2{Secret}");
        text = Mail().Replace(text, Person);
        text = Phone().Replace(text, Person);
        text = LongNumber().Replace(text, "[number]");
        text = NamedPerson().Replace(text, $"$1$2{Person}");
        text = PersonInPath().Replace(text, $"$1{Person}");
        text = LongAddress().Replace(text, "[address]");
        return Address().Replace(text, "[address]");
    }

    /// <summary>Whether a setting's name says that its value is nobody's business.</summary>
    public static bool IsSecretName(string name) => SecretName().IsMatch(name);

    [GeneratedRegex("-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(-----END [A-Z ]*PRIVATE KEY-----|$)", RegexOptions.Singleline)]
    private static partial Regex PrivateKey();

    [GeneratedRegex(@"(\w+://)[^\s/@""']+@")]
    private static partial Regex UrlCredentials();

    [GeneratedRegex(@"\b[sp]k_[A-Za-z0-9_-]{8,}")]
    private static partial Regex ApiKey();

    [GeneratedRegex(@"\beyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{5,}(\.[A-Za-z0-9_-]*)?")]
    private static partial Regex JsonWebToken();

    [GeneratedRegex(@"\b(Bearer|Basic)\s+[A-Za-z0-9+/._~=-]{8,}", RegexOptions.IgnoreCase)]
    private static partial Regex Bearer();

    // What stands in quotation marks goes as a whole.
    [GeneratedRegex("""((?:[\w.-]*(?:password|passphrase|passwd|pwd|secret|credential|api[-_]?key|account[-_]?key|private[-_]?key|service[-_]?key|token|cookie|signature)|sig))(\\?["']?\s*[=:]\s*(?:\\?["'])?)(?:(?<=")(?:\\.|[^"\\\r\n])*|(?<=')(?:\\.|[^'\\\r\n])*|[^\s;,"'&]+)""", RegexOptions.IgnoreCase)]
    private static partial Regex NamedSecret();

    [GeneratedRegex(@"[\p{L}\p{N}._%+-]+@[\p{L}\p{N}-]+(\.[\p{L}\p{N}-]+)+")]
    private static partial Regex Mail();

    [GeneratedRegex(@"\+\d[\d ()/-]{6,18}\d")]
    private static partial Regex Phone();

    [GeneratedRegex(@"(?<![\w.])\d(?:[ -]?\d){10,}(?![\w.])")]
    private static partial Regex LongNumber();

    [GeneratedRegex("""\b((?:shopper|user|person|customer|visitor|session)(?:[-_ ]?id)?)("?\s*[=:#]\s*["']?|\s+["']?)(?=[^\s"',;)]*\d)[^\s"',;)]+""", RegexOptions.IgnoreCase)]
    private static partial Regex NamedPerson();

    [GeneratedRegex(@"(/(?:users|people|persons|shoppers|erasures|subjects|profiles)/)[^\s/?""']+", RegexOptions.IgnoreCase)]
    private static partial Regex PersonInPath();

    // IPv6 has two colons together or seven: a time of the day has neither.
    [GeneratedRegex(@"(?<![\w:.])(?!::1?(?![\w:]))(?=[0-9a-f:]*::|(?:[0-9a-f]{1,4}:){7})[0-9a-f:]{2,39}(?:\.\d{1,3}){0,3}(?:%\w+)?", RegexOptions.IgnoreCase)]
    private static partial Regex LongAddress();

    // Not this machine's own, by which nobody is found.
    [GeneratedRegex(@"(?<![\d.])(?!127\.|0\.0\.0\.0)(?:\d{1,3}\.){3}\d{1,3}(?![\d.])")]
    private static partial Regex Address();

    [GeneratedRegex("password|passphrase|secret|key|token|credential|connectionstring|signature|cookie|authorization|pwd|salt", RegexOptions.IgnoreCase)]
    private static partial Regex SecretName();
}
