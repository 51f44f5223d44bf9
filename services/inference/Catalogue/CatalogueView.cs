using ModelOps.Features;

namespace ModelOps.Inference.Catalogue;

/// <summary>A package's catalogue with what the store has said since.</summary>
internal sealed class CatalogueView
{
    private CatalogueView(ItemCatalogue packaged, IReadOnlyList<CatalogueItem> items, long[] unavailable) =>
        (Packaged, Items, Unavailable) = (packaged, items, unavailable);

    public ItemCatalogue Packaged { get; }

    /// <summary>Without the padding: the item of index i is at i − 1.</summary>
    public IReadOnlyList<CatalogueItem> Items { get; }

    /// <summary>Indices, in their order.</summary>
    public long[] Unavailable { get; }

    public static CatalogueView Of(ItemCatalogue packaged, StoreOverlay overlay)
    {
        if (overlay.Products.IsEmpty)
            return new CatalogueView(packaged, packaged.Items, packaged.Unavailable);
        CatalogueItem[] items = [.. packaged.Items];
        foreach (var (product, state) in overlay.Products)
        {
            if (packaged.Vocabulary.IndexOf(product) is > 0 and var index)
                items[index - 1] = items[index - 1] with { Price = state.Price ?? items[index - 1].Price, Available = state.Available ?? items[index - 1].Available };
        }
        return new CatalogueView(packaged, items, [.. items.Index().Where(item => !item.Item.Available).Select(item => item.Index + 1L)]);
    }

    public CatalogueItem this[int index] => Items[index - 1];
}
