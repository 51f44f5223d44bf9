using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.Extensions.Options;

namespace ModelOps.Monitor.Alerts.Notifiers;

/// <summary>
/// Calls receivers outside of the house. Their addresses are written by people who write rules, so a name that leads to a private
/// address is refused where the connection is made (no second look-up can lead elsewhere), redirects are not followed, and no trace
/// or log sees a URL, which may be a secret.
/// </summary>
internal sealed class OutgoingHttp : IDisposable
{
    private const int MostAnswered = 64 * 1024;
    private const int MostQuoted = 200;

    private readonly IReadOnlyList<IPNetwork> allowed;
    private readonly HttpClient http;

    public OutgoingHttp(IOptions<AlertOptions> options)
    {
        allowed = [.. options.Value.AllowedNetworks.Select(IPNetwork.Parse)];
        http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false, // a proxy would look the name up itself
            UseCookies = false,
            ActivityHeadersPropagator = null, // no spans, which carry URLs
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            ConnectCallback = ConnectAsync,
        })
        {
            Timeout = TimeSpan.FromSeconds(20),
            MaxResponseContentBufferSize = MostAnswered,
        };
        http.DefaultRequestHeaders.UserAgent.ParseAdd("ModelOps/1.0");
    }

    /// <summary>Sends, and returns what was answered, as JSON where it is some.</summary>
    /// <exception cref="DeliveryException">Nobody answered, or not with a status from 200 to 299.</exception>
    public async Task<JsonElement?> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await http.SendAsync(request, cancellationToken);
            var text = await response.Content.ReadAsStringAsync(cancellationToken);
            if (!response.IsSuccessStatusCode)
                throw new DeliveryException($"{request.RequestUri!.Host} answered {(int)response.StatusCode}: {Quoted(text)}", AfterOf(response));
            return Parse(text);
        }
        catch (HttpRequestException exception)
        {
            throw new DeliveryException(exception.GetBaseException() is DeliveryException refusal ? refusal.Message : $"{request.RequestUri!.Host} cannot be reached: {exception.Message}", cause: exception);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new DeliveryException($"{request.RequestUri!.Host} did not answer within {http.Timeout.TotalSeconds} s.", cause: exception);
        }
    }

    public Task<JsonElement?> PostAsync(Uri url, object body, CancellationToken cancellationToken) => SendAsync(new HttpRequestMessage(HttpMethod.Post, url) { Content = JsonContent.Create(body, body.GetType()) }, cancellationToken);

    public static string Quoted(string text) => text.Length <= MostQuoted ? text : $"{text[..MostQuoted]}…";

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var host = context.DnsEndPoint.Host;
        var isPlain = context.InitialRequestMessage.RequestUri!.Scheme == Uri.UriSchemeHttp;
        var addresses = (await Dns.GetHostAddressesAsync(host, cancellationToken)).Where(address => IsAllowed(address) || (PublicAddresses.Contains(address) && !isPlain)).ToArray();
        if (addresses.Length == 0)
        {
            throw new DeliveryException(isPlain
                ? $"{host} is called over plain http, which is for networks in Alerts:AllowedNetworks only. Use https."
                : $"{host} has no public address. If messages may go there, add its network to Alerts:AllowedNetworks.");
        }
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, context.DnsEndPoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private bool IsAllowed(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return allowed.Any(network => network.Contains(plain));
    }

    private static TimeSpan? AfterOf(HttpResponseMessage response) => response.Headers.RetryAfter is { } after ? after.Delta ?? after.Date - DateTimeOffset.UtcNow : null;

    private static JsonElement? Parse(string text)
    {
        try
        {
            return JsonDocument.Parse(text).RootElement;
        }
        catch (JsonException)
        {
            return null; // "ok", or a page
        }
    }

    public void Dispose() => http.Dispose();
}
