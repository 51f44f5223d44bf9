using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.Options;
using ModelOps.ServiceDefaults.Outgoing;

namespace ModelOps.Monitor.Alerts.Notifiers;

/// <summary>
/// Calls receivers outside of the house. Their addresses are written by people who write rules: see <see cref="GuardedConnections"/>.
/// No log sees a URL, which may be a secret.
/// </summary>
internal sealed class OutgoingHttp : IDisposable
{
    private const int MostAnswered = 64 * 1024;
    private const int MostQuoted = 200;

    private readonly HttpClient http;

    public OutgoingHttp(IOptions<AlertOptions> options)
    {
        var connections = new GuardedConnections([.. options.Value.AllowedNetworks.Select(IPNetwork.Parse)], "Alerts:AllowedNetworks");
        http = new HttpClient(connections.Handler())
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
            throw new DeliveryException(exception.GetBaseException() is AddressRefusedException refusal ? refusal.Message : $"{request.RequestUri!.Host} cannot be reached: {exception.Message}", cause: exception);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new DeliveryException($"{request.RequestUri!.Host} did not answer within {http.Timeout.TotalSeconds} s.", cause: exception);
        }
    }

    public Task<JsonElement?> PostAsync(Uri url, object body, CancellationToken cancellationToken) => SendAsync(new HttpRequestMessage(HttpMethod.Post, url) { Content = JsonContent.Create(body, body.GetType()) }, cancellationToken);

    public static string Quoted(string text) => text.Length <= MostQuoted ? text : $"{text[..MostQuoted]}…";

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
