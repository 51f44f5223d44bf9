using System.Text.Json;

namespace ModelOps.Dashboard.Health;

/// <summary>What a service says of itself at <c>/health</c>.</summary>
/// <param name="Status"><c>Healthy</c>, <c>Degraded</c>, <c>Unhealthy</c>, or null when nobody answers.</param>
/// <param name="Failing">The checks that are not healthy, with their reason.</param>
public sealed record HealthOfService(string Service, string? Status, IReadOnlyDictionary<string, string?> Failing)
{
    public bool IsHealthy => Status == "Healthy";
}

/// <summary>Asks every service how it is.</summary>
public sealed class ServiceHealth(IHttpClientFactory clients)
{
    public const string ClientName = "health";
    private static readonly string[] Services = ["data-prep", "trainer", "registry", "inference", "monitor", "pipeline"];

    public async Task<IReadOnlyList<HealthOfService>> AskAllAsync(CancellationToken cancellationToken) =>
        await Task.WhenAll(Services.Select(service => AskAsync(service, cancellationToken)));

    private async Task<HealthOfService> AskAsync(string service, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await clients.CreateClient(ClientName).GetAsync(new Uri($"http://{service}/health"), cancellationToken);
            var report = await response.Content.ReadFromJsonAsync<HealthAnswer>(cancellationToken);
            var failing = report?.Checks?.Where(check => check.Value.Status != "Healthy").ToDictionary(check => check.Key, check => check.Value.Error) ?? [];
            return new HealthOfService(service, report?.Status, failing);
        }
        catch (Exception exception) when (Polling.Refusal.IsAway(exception) || exception is JsonException)
        {
            return new HealthOfService(service, null, new Dictionary<string, string?>());
        }
    }

    private sealed record HealthAnswer(string Status, IReadOnlyDictionary<string, CheckAnswer>? Checks);

    private sealed record CheckAnswer(string Status, string? Error);
}

internal static class ServiceHealthRegistration
{
    public static void AddServiceHealth(this IServiceCollection services)
    {
        services.AddHttpClient(ServiceHealth.ClientName, http => http.Timeout = TimeSpan.FromSeconds(8));
        services.AddSingleton<ServiceHealth>();
    }
}
