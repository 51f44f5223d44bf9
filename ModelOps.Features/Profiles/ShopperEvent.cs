namespace ModelOps.Features.Profiles;

/// <summary>What a shopper can do with a product, as far as a profile looks at it.</summary>
public enum Deed
{
    View,
    AddToCart,
    Purchase,
}

/// <summary>A product within an event of a shopper.</summary>
/// <param name="Time">UTC.</param>
/// <param name="Price">Of one piece.</param>
public readonly record struct ShopperEvent(DateTime Time, Deed Deed, string Item, int Quantity, double? Price)
{
    /// <summary>The events' names, in GA4's words, by deed.</summary>
    public static IReadOnlyList<string> Names { get; } = ["view_item", "add_to_cart", "purchase"];

    public string Name => Names[(int)Deed];

    /// <summary>Price times pieces; 0 where the price is unknown.</summary>
    public double Amount => (Price ?? 0) * Quantity;

    /// <returns>Null for an event that no profile looks at.</returns>
    public static Deed? DeedOf(string name) => name switch
    {
        "view_item" => Profiles.Deed.View,
        "add_to_cart" => Profiles.Deed.AddToCart,
        "purchase" => Profiles.Deed.Purchase,
        _ => null,
    };
}
