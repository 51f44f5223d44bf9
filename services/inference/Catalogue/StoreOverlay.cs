using System.Collections.Immutable;
using ModelOps.EventLog;

namespace ModelOps.Inference.Catalogue;

/// <summary>What a store has said of its products since their package was made.</summary>
/// <param name="StockRevision">Where in the log an availability changed last: the same on every replica that knows as much.</param>
/// <param name="PriceRevision">The same of prices.</param>
internal sealed record StoreOverlay(ImmutableDictionary<string, ProductState> Products, long StockRevision, long PriceRevision)
{
    public static StoreOverlay Empty { get; } = new(ImmutableDictionary.Create<string, ProductState>(StringComparer.Ordinal), 0, 0);

    public StoreOverlay With(IEnumerable<ProductState> changes)
    {
        var products = Products.ToBuilder();
        var (stock, price) = (StockRevision, PriceRevision);
        foreach (var change in changes)
        {
            products[change.Product] = change;
            (stock, price) = (Math.Max(stock, change.StockPosition), Math.Max(price, change.PricePosition));
        }
        return new StoreOverlay(products.ToImmutable(), stock, price);
    }
}
