using ModelOps.Contracts.Clients;
using ModelOps.Contracts.Events;

namespace ModelOps.Contracts.Predictions;

/// <summary>The inference service.</summary>
public sealed class InferenceClient(HttpClient http)
{
    public Task<RecommendationResponse> RecommendAsync(StoreId store, RecommendationRequest request, CancellationToken cancellationToken = default) =>
        http.SendAsync<RecommendationResponse>(store, HttpMethod.Post, "/v1/recommendations", request, null, cancellationToken);

    public Task<EventReceipt> SendEventsAsync(StoreId store, EventBatch batch, CancellationToken cancellationToken = default) =>
        http.SendAsync<EventReceipt>(store, HttpMethod.Post, "/v1/events", batch, null, cancellationToken);

    /// <summary>Products of the deployed catalogue by id; unknown ids are left out.</summary>
    public Task<IReadOnlyList<Product>> GetProductsAsync(StoreId store, string model, IEnumerable<string> ids, CancellationToken cancellationToken = default) =>
        http.GetAsync<IReadOnlyList<Product>>(store, $"/v1/models/{model}/products?ids={string.Join("&ids=", ids.Select(Uri.EscapeDataString))}", cancellationToken);

    /// <summary>Some shoppers that the deployed model knows.</summary>
    public Task<IReadOnlyList<string>> SampleShoppersAsync(StoreId store, string model, int count, CancellationToken cancellationToken = default) =>
        http.GetAsync<IReadOnlyList<string>>(store, $"/v1/models/{model}/shoppers?count={count}", cancellationToken);

    public Task<ShopperHistory> GetHistoryAsync(StoreId store, string model, string user, CancellationToken cancellationToken = default) =>
        http.GetAsync<ShopperHistory>(store, $"/v1/models/{model}/shoppers/{Uri.EscapeDataString(user)}", cancellationToken);
}
