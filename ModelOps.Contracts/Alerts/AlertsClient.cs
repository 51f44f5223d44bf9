using ModelOps.Contracts.Clients;

namespace ModelOps.Contracts.Alerts;

/// <summary>The monitor service's alerts.</summary>
public sealed class AlertsClient(HttpClient http)
{
    /// <param name="state">Null lists every state; firing ones come first then.</param>
    public Task<Page<Alert>> ListAsync(StoreId store, AlertState? state = null, string? after = null, int limit = Page<Alert>.DefaultLimit, CancellationToken cancellationToken = default) =>
        http.GetAsync<Page<Alert>>(store, $"/v1/alerts?limit={limit}{(state is null ? "" : $"&state={state}")}&after={Uri.EscapeDataString(after ?? "")}", cancellationToken);

    public Task<AlertCount> CountAsync(StoreId store, CancellationToken cancellationToken = default) => http.GetAsync<AlertCount>(store, "/v1/alerts/count", cancellationToken);

    public Task<Alert> AcknowledgeAsync(StoreId store, Guid id, AcknowledgementRequest request, string? actor = null, CancellationToken cancellationToken = default) =>
        http.SendAsync<Alert>(store, HttpMethod.Post, $"/v1/alerts/{id}/ack", request, null, cancellationToken, actor);

    public Task<Page<AlertDelivery>> ListDeliveriesAsync(StoreId store, string? after = null, CancellationToken cancellationToken = default) =>
        http.GetAsync<Page<AlertDelivery>>(store, $"/v1/alerts/deliveries?after={Uri.EscapeDataString(after ?? "")}", cancellationToken);

    /// <summary>Sends a test message through a route.</summary>
    public Task<IReadOnlyList<AlertDelivery>> TestAsync(StoreId store, AlertTestRequest request, CancellationToken cancellationToken = default) =>
        http.SendAsync<IReadOnlyList<AlertDelivery>>(store, HttpMethod.Post, "/v1/alerts/test", request, null, cancellationToken);

    /// <summary>Those that are in effect, the one that ends last first.</summary>
    public Task<IReadOnlyList<Silence>> ListSilencesAsync(StoreId store, CancellationToken cancellationToken = default) =>
        http.GetAsync<IReadOnlyList<Silence>>(store, "/v1/silences", cancellationToken);

    public Task<Silence> SilenceAsync(StoreId store, SilenceRequest request, string? actor = null, CancellationToken cancellationToken = default) =>
        http.SendAsync<Silence>(store, HttpMethod.Post, "/v1/silences", request, null, cancellationToken, actor);

    /// <summary>Ends a silence now.</summary>
    public Task EndSilenceAsync(StoreId store, Guid id, CancellationToken cancellationToken = default) =>
        http.SendAsync(store, HttpMethod.Delete, $"/v1/silences/{id}", null, null, cancellationToken);

    public Task<AlertRuleSet> GetRulesAsync(StoreId store, CancellationToken cancellationToken = default) => http.GetAsync<AlertRuleSet>(store, "/v1/alert-rules", cancellationToken);

    public Task<AlertRuleSet> PutRulesAsync(StoreId store, NewAlertRuleSet rules, string? actor = null, CancellationToken cancellationToken = default) =>
        http.SendAsync<AlertRuleSet>(store, HttpMethod.Put, "/v1/alert-rules", rules, null, cancellationToken, actor);
}
