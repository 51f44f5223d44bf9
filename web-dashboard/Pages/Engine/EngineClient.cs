namespace ModelOps.Dashboard.Pages.Engine;

/// <summary>The local engine that started everything, when there is one: its resources and the traces it has gathered.</summary>
public sealed class EngineClient(HttpClient http)
{
    public bool IsThere => http.BaseAddress is not null;

    public async Task<IReadOnlyList<EngineResource>> ResourcesAsync(CancellationToken cancellationToken) =>
        await http.GetFromJsonAsync<List<EngineResource>>("api/resources", cancellationToken) ?? [];

    public async Task<IReadOnlyList<TraceSummary>> TracesAsync(CancellationToken cancellationToken) =>
        await http.GetFromJsonAsync<List<TraceSummary>>("api/telemetry/traces?limit=30", cancellationToken) ?? [];

    public async Task<IReadOnlyList<TraceSpan>> SpansAsync(string traceId, CancellationToken cancellationToken) =>
        await http.GetFromJsonAsync<List<TraceSpan>>($"api/telemetry/traces/{Uri.EscapeDataString(traceId)}", cancellationToken) ?? [];
}

internal static class EngineRegistration
{
    public static void AddEngine(this IServiceCollection services) => services.AddHttpClient<EngineClient>((provider, http) =>
    {
        if (provider.GetRequiredService<IConfiguration>()["APPHOST_TELEMETRY_HTTP"] is { Length: > 0 } url)
            http.BaseAddress = new Uri(url.TrimEnd('/') + "/");
    });
}
