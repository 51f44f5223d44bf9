using System.Net.Http.Headers;
using System.Text;
using System.Text.Encodings.Web;

namespace ModelOps.Monitor.Alerts.Notifiers;

/// <summary>
/// A text message through any gateway that takes one HTTP call: the body is a template with <c>{{to}}</c>, <c>{{text}}</c> and
/// <c>{{id}}</c>, filled in as its content type needs it. docs/alerts.md has Twilio's.
/// </summary>
internal sealed class SmsNotifier(OutgoingHttp http) : INotifier
{
    public const string Name = "sms";
    public const string ContentType = "content_type";
    public const string Body = "body";
    private const string Form = "application/x-www-form-urlencoded";
    private const int Longest = 300;

    public static readonly ChannelKeys Keys = new([ChannelKeys.To, Body], [ChannelKeys.Url, ChannelKeys.UrlSecret, ContentType, "user_secret", "password_secret", "authorization_secret"]);

    public string Kind => Name;

    public async Task SendAsync(Outgoing outgoing, CancellationToken cancellationToken)
    {
        var channel = outgoing.Channel;
        var type = channel[ContentType] ?? Form;
        using var request = new HttpRequestMessage(HttpMethod.Post, outgoing.Url) { Content = new StringContent(Filled(channel[Body]!, type, channel.To[0], outgoing), Encoding.UTF8, type) };
        if (channel["authorization_secret"] is { } authorization)
            request.Headers.TryAddWithoutValidation("Authorization", outgoing.Secrets.Of(authorization));
        else if (channel["user_secret"] is { } user)
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{outgoing.Secrets.Of(user)}:{(channel["password_secret"] is { } password ? outgoing.Secrets.Of(password) : "")}")));
        await http.SendAsync(request, cancellationToken);
    }

    private static string Filled(string template, string type, string to, Outgoing outgoing)
    {
        var text = outgoing.Message.Title.Length > Longest ? outgoing.Message.Title[..Longest] : outgoing.Message.Title;
        return template
            .Replace("{{to}}", Encoded(to), StringComparison.Ordinal)
            .Replace("{{text}}", Encoded(text), StringComparison.Ordinal)
            .Replace("{{id}}", Encoded(outgoing.Id.ToString()), StringComparison.Ordinal);

        string Encoded(string value) => type.EndsWith("json", StringComparison.OrdinalIgnoreCase) ? JavaScriptEncoder.Default.Encode(value) : type == Form ? Uri.EscapeDataString(value) : value;
    }
}
