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
    private const int Beside = 6;
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
        var page = recent.Count == 0 ? [] : await BesideAsync(store, model, user, recent[0], answer, cancellationToken);
        var ids = answer.Items.Concat(page.SelectMany(shelf => shelf.Answer.Items)).SelectMany(item => new[] { item.Id, item.Because }).OfType<string>().Concat(recent).Distinct().ToList();
        var products = ids.Count == 0 ? [] : await inference.GetProductsAsync(store, model, ids, cancellationToken);
        var byId = products.ToDictionary(product => product.Id);
        // Bought together says a fact: where the data show none, the model alone does not make it one.
        List<BesideShelf> beside = [.. page.Where(shelf => shelf.Answer.Items.Any(item => shelf.Kind == RecommendationKind.Similar || item.Reason == shelf.Kind)).Select(shelf => new BesideShelf(shelf.Kind, Find(byId, recent[0]), Items(shelf.Answer, byId), shelf.Answer.Token))];
        return new Shelf(
            [.. recent.Select(id => Find(byId, id))],
            Items(answer, byId),
            beside,
            answer.Model, answer.Token, answer.Cached, latency, span?.TraceId.ToString());
    }

    /// <summary>What a product page shows below the product that the shopper dealt with last.</summary>
    private async Task<IReadOnlyList<Contracts.Predictions.Shelf>> BesideAsync(StoreId store, string model, string user, string product, RecommendationResponse shown, CancellationToken cancellationToken) =>
        (await inference.RecommendPageAsync(store, new PageRequest(
            user, null,
            [new(Kind: RecommendationKind.Similar, Count: Beside, Products: [product]), new(Kind: RecommendationKind.BoughtTogether, Count: Beside, Products: [product])],
            model, [.. shown.Items.Select(item => item.Id)]), cancellationToken)).Shelves;

    private static List<ShelfItem> Items(RecommendationResponse answer, Dictionary<string, Product> products) =>
        [.. answer.Items.Select(item => new ShelfItem(Find(products, item.Id), item.Score, item.Reason, item.Because is { } id ? Find(products, id) : null, item.Rules ?? []))];

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
    IReadOnlyList<Product> Recent, IReadOnlyList<ShelfItem> Items, IReadOnlyList<BesideShelf> Beside, ModelReference Model, string Token, bool Cached, TimeSpan Latency, string? TraceId);

/// <param name="Product">What it is about.</param>
public sealed record BesideShelf(string Kind, Product Product, IReadOnlyList<ShelfItem> Items, string Token);

/// <param name="Because">The product beside which shoppers chose this one.</param>
/// <param name="Rules">The store's rules that moved it.</param>
public sealed record ShelfItem(Product Product, double Score, string Reason, Product? Because, IReadOnlyList<string> Rules);
