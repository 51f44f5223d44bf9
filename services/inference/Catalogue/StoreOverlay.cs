using System.Collections.Immutable;
using System.IO.Hashing;
using System.Text;
using ModelOps.EventLog;

namespace ModelOps.Inference.Catalogue;

/// <summary>What a store has said of its products since their package was made.</summary>
/// <param name="StockRevision">Another one after every change of an availability, and the same on every replica that knows as much, in whatever order it heard of it.</param>
/// <param name="PriceRevision">The same of prices.</param>
internal sealed record StoreOverlay(ImmutableDictionary<string, ProductState> Products, ulong StockRevision, ulong PriceRevision)
{
    public static StoreOverlay Empty { get; } = new(ImmutableDictionary.Create<string, ProductState>(StringComparer.Ordinal), 0, 0);

    public StoreOverlay With(IEnumerable<ProductState> changes)
    {
        var products = Products.ToBuilder();
        var (stock, price) = (StockRevision, PriceRevision);
        foreach (var change in changes)
        {
            var before = products.GetValueOrDefault(change.Product);
            stock += Hash(change.Product, change.StockPosition) - Hash(change.Product, before?.StockPosition ?? 0);
            price += Hash(change.Product, change.PricePosition) - Hash(change.Product, before?.PricePosition ?? 0);
            products[change.Product] = change;
        }
        return new StoreOverlay(products.ToImmutable(), stock, price);
    }

    private static ulong Hash(string product, long position) => position == 0 ? 0 : XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(product), position);
}
