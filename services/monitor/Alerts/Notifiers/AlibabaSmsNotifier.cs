using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace ModelOps.Monitor.Alerts.Notifiers;

/// <summary>
/// Alibaba Cloud SMS, <c>SendSms</c> of 2017-05-25. A template cannot sign, so it is a kind of its own: signature version 3,
/// <c>ACS3-HMAC-SHA256</c>. The text is the template's at Alibaba; the alert's title is its one variable.
/// </summary>
internal sealed class AlibabaSmsNotifier(OutgoingHttp http) : INotifier
{
    public const string Name = "alibaba-sms";
    private const string Algorithm = "ACS3-HMAC-SHA256";
    private const int LongestVariable = 35;

    public static readonly ChannelKeys Keys = new([ChannelKeys.To, "access_key_id", "access_key_secret", "sign_name", "template_code"], [ChannelKeys.Url, "variable"]);

    public string Kind => Name;

    public async Task SendAsync(Outgoing outgoing, CancellationToken cancellationToken)
    {
        var channel = outgoing.Channel;
        var title = outgoing.Message.Title;
        var parameters = new Dictionary<string, string>
        {
            ["PhoneNumbers"] = string.Join(',', channel.To),
            ["SignName"] = channel["sign_name"]!,
            ["TemplateCode"] = channel["template_code"]!,
            ["TemplateParam"] = JsonSerializer.Serialize(new Dictionary<string, string> { [channel["variable"] ?? "message"] = title.Length > LongestVariable ? title[..LongestVariable] : title }),
            ["OutId"] = outgoing.Id.ToString(),
        };
        var url = new Uri(channel[ChannelKeys.Url] ?? "https://dysmsapi.aliyuncs.com");
        using var request = Signed(url, "SendSms", "2017-05-25", parameters, channel["access_key_id"]!, outgoing.Secrets.Of(channel["access_key_secret"]!), outgoing.Now, Guid.NewGuid().ToString("N"));
        var answer = await http.SendAsync(request, cancellationToken);
        if (answer is not { ValueKind: JsonValueKind.Object } body || !body.TryGetProperty("Code", out var code) || code.GetString() != "OK")
            throw new DeliveryException($"Alibaba Cloud refused the message: {OutgoingHttp.Quoted(answer?.ToString() ?? "the answer is no JSON")}");
    }

    /// <summary>A call of an RPC-style API with its parameters in the query.</summary>
    public static HttpRequestMessage Signed(
        Uri url, string action, string version, IReadOnlyDictionary<string, string> parameters, string keyId, string keySecret, DateTimeOffset now, string nonce)
    {
        var query = string.Join('&', parameters.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{Uri.EscapeDataString(pair.Key)}={Uri.EscapeDataString(pair.Value)}"));
        var body = Hex(SHA256.HashData([]));
        var headers = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["host"] = url.Authority,
            ["x-acs-action"] = action,
            ["x-acs-content-sha256"] = body,
            ["x-acs-date"] = now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
            ["x-acs-signature-nonce"] = nonce,
            ["x-acs-version"] = version,
        };
        var names = string.Join(';', headers.Keys);
        var canonical = $"POST\n/\n{query}\n{string.Concat(headers.Select(header => $"{header.Key}:{header.Value}\n"))}\n{names}\n{body}";
        var signature = Hex(HMACSHA256.HashData(Encoding.UTF8.GetBytes(keySecret), Encoding.UTF8.GetBytes($"{Algorithm}\n{Hex(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}")));
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(url, $"/?{query}"));
        foreach (var (name, value) in headers.Where(header => header.Key != "host"))
            request.Headers.Add(name, value);
        request.Headers.Host = url.Authority;
        request.Headers.TryAddWithoutValidation("Authorization", $"{Algorithm} Credential={keyId},SignedHeaders={names},Signature={signature}");
        return request;
    }

    private static string Hex(byte[] hash) => Convert.ToHexStringLower(hash);
}
