using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using ModelOps.Contracts;
using ModelOps.EventLog;
using ModelOps.Features;
using ModelOps.Inference.Following;
using ModelOps.Inference.Models;

namespace ModelOps.Inference.Catalogue;

/// <summary>Every store's prices and stock as last told, followed from the log.</summary>
internal sealed class LiveCatalogue(CatalogueLog log, PackageOptions options, ILogger<LiveCatalogue> logger)
    : LogFollower<LiveCatalogue.Known>(Path.Combine(options.Folder, "catalogue.json"), "Prices and stock", logger)
{
    private readonly ConcurrentDictionary<StoreId, StoreOverlay> stores = new();
    private readonly ConditionalWeakTable<ItemCatalogue, Seen> views = [];
    private long cursor;

    public StoreOverlay Of(StoreId store) => stores.GetValueOrDefault(store, StoreOverlay.Empty);

    /// <summary>A package's catalogue as it is now; made once for each change.</summary>
    public CatalogueView View(RecommendationModel model)
    {
        var overlay = Of(model.Store);
        if (views.TryGetValue(model.Catalogue, out var seen) && seen.Overlay == overlay)
            return seen.View;
        var view = CatalogueView.Of(model.Catalogue, overlay);
        views.AddOrUpdate(model.Catalogue, new Seen(overlay, view));
        return view;
    }

    protected override async Task<bool> AskAsync(bool isFirst, CancellationToken cancellationToken)
    {
        var slice = await log.ReadAsync(cursor, cancellationToken);
        var isNew = isFirst;
        if (isFirst)
        {
            foreach (var store in stores.Keys.Except(slice.Events.Select(change => change.Store)).ToList())
                stores.TryRemove(store, out _);
            foreach (var changes in slice.Events.GroupBy(change => change.Store))
                stores[changes.Key] = StoreOverlay.Empty.With(changes);
        }
        foreach (var changes in slice.Events.GroupBy(change => change.Store))
        {
            var before = Of(changes.Key);
            var fresh = changes.Where(change => before.Products.GetValueOrDefault(change.Product) != change).ToList();
            if (fresh.Count == 0)
                continue; // read once more, because another transaction was open
            stores[changes.Key] = before.With(fresh);
            isNew = true;
        }
        cursor = slice.Cursor;
        return isNew;
    }

    protected override Known State() => new([.. stores.Values.SelectMany(overlay => overlay.Products.Values)]);

    protected override void Restore(Known state)
    {
        foreach (var changes in state.Products.GroupBy(change => change.Store))
            stores[changes.Key] = StoreOverlay.Empty.With(changes);
    }

    internal sealed record Known(IReadOnlyList<ProductState> Products);

    /// <summary>Compared by reference: an overlay is never changed.</summary>
    private sealed record Seen(StoreOverlay Overlay, CatalogueView View);
}
