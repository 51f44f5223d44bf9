using System.Globalization;
using ModelOps.Contracts.Campaigns;
using ModelOps.Contracts.Catalogue;
using ModelOps.Contracts.Clients;
using ModelOps.Contracts.Events;
using ModelOps.Contracts.Profiles;
using ModelOps.Contracts.Rules;

namespace ModelOps.Contracts.Predictions;

/// <summary>The inference service.</summary>
public sealed class InferenceClient(HttpClient http)
{
    public Task<RecommendationResponse> RecommendAsync(StoreId store, RecommendationRequest request, CancellationToken cancellationToken = default) =>
        http.SendAsync<RecommendationResponse>(store, HttpMethod.Post, "/v1/recommendations", request, null, cancellationToken);

    /// <summary>Up to 100 requests in one call.</summary>
    public Task<RecommendationBatchResponse> RecommendManyAsync(StoreId store, RecommendationBatch batch, CancellationToken cancellationToken = default) =>
        http.SendAsync<RecommendationBatchResponse>(store, HttpMethod.Post, "/v1/recommendations/batch", batch, null, cancellationToken);

    /// <summary>Up to 100 requests for one model, behind the shoppers': neither cached nor logged as shown.</summary>
    public Task<BulkResponse> RecommendInBulkAsync(StoreId store, RecommendationBatch batch, CancellationToken cancellationToken = default) =>
        http.SendAsync<BulkResponse>(store, HttpMethod.Post, "/v1/recommendations/bulk", batch, null, cancellationToken);

    /// <summary>Products for a shopper's words.</summary>
    public Task<SearchResponse> SearchAsync(StoreId store, SearchRequest request, CancellationToken cancellationToken = default) =>
        http.SendAsync<SearchResponse>(store, HttpMethod.Post, "/v1/search", request, null, cancellationToken);

    /// <summary>Products that look like one.</summary>
    public Task<PictureSearchResponse> FindSimilarPicturesAsync(StoreId store, string product, PictureSearchRequest request, CancellationToken cancellationToken = default) =>
        http.GetAsync<PictureSearchResponse>(store, $"/v1/products/{Uri.EscapeDataString(product)}/similar-pictures?{QueryOf(request)}", cancellationToken);

    /// <summary>Products that look like a picture.</summary>
    /// <param name="picture">A JPEG, PNG, WebP or GIF file.</param>
    public Task<PictureSearchResponse> SearchByPictureAsync(StoreId store, byte[] picture, PictureSearchRequest request, CancellationToken cancellationToken = default) =>
        http.PostBytesAsync<PictureSearchResponse>(store, $"/v1/search/picture?{QueryOf(request)}", picture, cancellationToken);

    /// <summary>A small picture of a product, a JPEG file; null where there is none.</summary>
    public Task<byte[]?> FindPictureAsync(StoreId store, string model, string product, CancellationToken cancellationToken = default) =>
        http.FindBytesAsync(store, $"/v1/products/{Uri.EscapeDataString(product)}/picture?model={Uri.EscapeDataString(model)}", cancellationToken);

    private static string QueryOf(PictureSearchRequest request)
    {
        List<(string Name, object? Value)> values =
        [
            ("count", request.Count), ("model", request.Model), ("minPrice", request.MinPrice), ("maxPrice", request.MaxPrice), ("available", request.Available), ("user", request.User), ("session", request.Session),
        ];
        foreach (var category in request.Categories ?? [])
            values.Add(("categories", category));
        foreach (var brand in request.Brands ?? [])
            values.Add(("brands", brand));
        return string.Join('&', values.Where(pair => pair.Value is not null).Select(pair => $"{pair.Name}={Uri.EscapeDataString(Convert.ToString(pair.Value, CultureInfo.InvariantCulture)!)}"));
    }

    /// <summary>Shelves without repeats.</summary>
    public Task<PageResponse> RecommendPageAsync(StoreId store, PageRequest page, CancellationToken cancellationToken = default) =>
        http.SendAsync<PageResponse>(store, HttpMethod.Post, "/v1/recommendations/page", page, null, cancellationToken);

    /// <summary>What to contact each user with: up to 1,000 requests for one model.</summary>
    public Task<CampaignBatchResponse> RankCampaignsAsync(StoreId store, CampaignBatch batch, CancellationToken cancellationToken = default) =>
        http.SendAsync<CampaignBatchResponse>(store, HttpMethod.Post, "/v1/campaigns/batch", batch, null, cancellationToken);

    /// <summary>What is known of a shopper, with the evidence.</summary>
    public Task<ShopperProfile> GetProfileAsync(StoreId store, string user, string? model = null, CancellationToken cancellationToken = default) =>
        http.GetAsync<ShopperProfile>(store, $"/v1/profiles/{Uri.EscapeDataString(user)}{(model is null ? "" : $"?model={Uri.EscapeDataString(model)}")}", cancellationToken);

    /// <summary>A page of shoppers, those who are wanted.</summary>
    public Task<ProfilePage> FindProfilesAsync(StoreId store, ProfileQuery query, CancellationToken cancellationToken = default) =>
        http.SendAsync<ProfilePage>(store, HttpMethod.Post, "/v1/profiles/find", query, null, cancellationToken);

    /// <summary>An answer to a customer's message.</summary>
    public Task<AssistResponse> AssistAsync(StoreId store, AssistRequest request, CancellationToken cancellationToken = default) =>
        http.SendAsync<AssistResponse>(store, HttpMethod.Post, "/v1/assist", request, null, cancellationToken);

    /// <summary>The classes of texts.</summary>
    public Task<ClassifyResponse> ClassifyAsync(StoreId store, ClassifyRequest request, CancellationToken cancellationToken = default) =>
        http.SendAsync<ClassifyResponse>(store, HttpMethod.Post, "/v1/classify", request, null, cancellationToken);

    /// <summary>Prices and stock; they count in the next answer.</summary>
    public Task<CatalogueReceipt> ChangeCatalogueAsync(StoreId store, CatalogueBatch batch, CancellationToken cancellationToken = default) =>
        http.SendAsync<CatalogueReceipt>(store, HttpMethod.Patch, "/v1/catalogue", batch, null, cancellationToken);

    public Task<RuleSet> GetRulesAsync(StoreId store, CancellationToken cancellationToken = default) => http.GetAsync<RuleSet>(store, "/v1/rules", cancellationToken);

    /// <summary>The last 50 versions, the newest first.</summary>
    public Task<IReadOnlyList<RuleSet>> GetRuleHistoryAsync(StoreId store, CancellationToken cancellationToken = default) =>
        http.GetAsync<IReadOnlyList<RuleSet>>(store, "/v1/rules/history", cancellationToken);

    public Task<RuleSet> PutRulesAsync(StoreId store, NewRuleSet rules, CancellationToken cancellationToken = default) =>
        http.SendAsync<RuleSet>(store, HttpMethod.Put, "/v1/rules", rules, null, cancellationToken);

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
