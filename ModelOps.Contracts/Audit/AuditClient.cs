using ModelOps.Contracts.Clients;

namespace ModelOps.Contracts.Audit;

/// <summary>What each service has written down of changes.</summary>
public sealed class AuditClient(HttpClient http)
{
    /// <summary>Those that write, by their resource names.</summary>
    public static IReadOnlyList<string> Services { get; } = ["data-prep", "trainer", "registry", "inference", "monitor", "pipeline"];

    /// <summary>One service's, the newest first.</summary>
    /// <param name="before">Only entries from before this time.</param>
    public async Task<IReadOnlyList<AuditEntry>> ListAsync(StoreId store, string service, DateTimeOffset? before = null, string? by = null, int limit = 100, CancellationToken cancellationToken = default)
    {
        var query = $"limit={limit}" + (before is { } time ? $"&to={Uri.EscapeDataString(time.ToString("O"))}" : "") + (string.IsNullOrWhiteSpace(by) ? "" : $"&by={Uri.EscapeDataString(by)}");
        var page = await http.GetAsync<Page<AuditEntry>>(store, $"http://{service}/v1/audit?{query}", cancellationToken);
        return [.. page.Items.Select(entry => entry with { Service = service })];
    }
}
