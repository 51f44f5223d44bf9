using System.Net;
using Aspire.Hosting.ApplicationModel;
using ModelOps.AppHost.LocalEngine.Commands;

namespace ModelOps.AppHost.LocalEngine.Doctor.Checks;

/// <summary>What each service says of its own health.</summary>
internal sealed class ServicesCheck : ICheck
{
    private const int LongestAnswer = 400;

    private static readonly HttpClient Http = new(new SocketsHttpHandler { UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(2) }) { Timeout = TimeSpan.FromSeconds(6) };

    public string Name => "services";

    public async Task<IReadOnlyList<Finding>> RunAsync(Installation installation, CancellationToken cancellationToken) => installation.IsRunning
        ? await Task.WhenAll(installation.Services.Select(service => AskAsync(service, installation.UrlOf(service), cancellationToken)))
        : [Finding.Skipped(Name, "the application does not run")];

    private static async Task<Finding> AskAsync(ProjectResource service, Uri? url, CancellationToken cancellationToken)
    {
        var remedy = $"See logs/{service.Name}.log in the data folder; the health of each check is at {url}health.";
        if (url is null)
            return Finding.Broken(service.Name, "has no address; this AppHost does not run it", "Start the AppHost of the same release on this data folder.");
        try
        {
            using var answer = await Http.GetAsync(new Uri(url, "/health"), cancellationToken);
            var said = await answer.Content.ReadAsStringAsync(cancellationToken);
            return answer.StatusCode != HttpStatusCode.OK ? Finding.Broken(service.Name, $"is ill: {(said.Length > LongestAnswer ? said[..LongestAnswer] : said)}", remedy)
                : said.Contains("\"status\":\"Degraded\"", StringComparison.Ordinal) ? Finding.Warning(service.Name, $"works without something: {said}", remedy)
                : Finding.Fine(service.Name, $"is well at {url}");
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return Finding.Broken(service.Name, $"does not answer at {url}: {exception.GetBaseException().Message}", remedy);
        }
    }
}
