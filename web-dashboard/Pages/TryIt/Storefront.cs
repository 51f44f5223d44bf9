using System.Diagnostics;
using ModelOps.Contracts;
using ModelOps.Contracts.Events;
using ModelOps.Contracts.Predictions;

namespace ModelOps.Dashboard.Pages.TryIt;

/// <summary>What a storefront does: asks for products to show and tells what the shopper did with them.</summary>
public sealed class Storefront(InferenceClient inference)
{
    private const int Shown = 12;
    private const int Remembered = 12;
    private static readonly ActivitySource Tracing = new("ModelOps.Dashboard");

    public async Task<Shelf> OpenAsync(StoreId store, string model, string user, CancellationToken cancellationToken)
    {
        var history = await inference.GetHistoryAsync(store, model, user, cancellationToken);
        // Detached from the page's own trace: what is measured is the storefront's one call.
        Activity.Current = null;
        using var span = Tracing.StartActivity("storefront recommend", ActivityKind.Client);
        var started = Stopwatch.GetTimestamp();
        var answer = await inference.RecommendAsync(store, new RecommendationRequest(user, Count: Shown, Model: model), cancellationToken);
        var latency = Stopwatch.GetElapsedTime(started);
        span?.Stop();

        var recent = history.Items.Reverse().Distinct().Take(Remembered).ToList();
        var ids = answer.Items.Select(item => item.Id).Concat(recent).Distinct().ToList();
        var products = ids.Count == 0 ? [] : await inference.GetProductsAsync(store, model, ids, cancellationToken);
        var byId = products.ToDictionary(product => product.Id);
        return new Shelf(
            [.. recent.Select(id => Find(byId, id))],
            [.. answer.Items.Select(item => new ShelfItem(Find(byId, item.Id), item.Score, item.Reason))],
            answer.Model, answer.Token, answer.Cached, latency, span?.TraceId.ToString());
    }

    public Task<EventReceipt> TellAsync(StoreId store, string user, string name, Product product, int index, string token, CancellationToken cancellationToken) =>
        inference.SendEventsAsync(
            store,
            new EventBatch([new ShopEvent(Guid.NewGuid().ToString("N"), name, user, null, null, [new EventItem(product.Id, 1, product.Price is { } price ? (decimal)price : null, index)], token)]),
            cancellationToken);

    private static Product Find(Dictionary<string, Product> products, string id) => products.GetValueOrDefault(id) ?? new Product(id, null, null, null, null, true);
}

/// <summary>What a shopper has in front of them.</summary>
/// <param name="Recent">The products they dealt with, newest first.</param>
/// <param name="Latency">The whole call, there and back.</param>
public sealed record Shelf(
    IReadOnlyList<Product> Recent, IReadOnlyList<ShelfItem> Items, ModelReference Model, string Token, bool Cached, TimeSpan Latency, string? TraceId);

public sealed record ShelfItem(Product Product, double Score, string Reason);
