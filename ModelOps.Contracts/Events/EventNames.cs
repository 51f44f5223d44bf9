namespace ModelOps.Contracts.Events;

/// <summary>The names of events, and what other vocabularies call the same.</summary>
public static class EventNames
{
    public const string Impression = "view_item_list";
    public const string View = "view_item";
    public const string Search = "search";
    public const string AddToCart = "add_to_cart";
    public const string ViewCart = "view_cart";
    public const string Purchase = "purchase";

    private static readonly Dictionary<string, string> Synonyms = new(StringComparer.OrdinalIgnoreCase)
    {
        [Impression] = Impression,
        [View] = View,
        [Search] = Search,
        [AddToCart] = AddToCart,
        [ViewCart] = ViewCart,
        [Purchase] = Purchase,
        // Google Retail
        ["detail-page-view"] = View,
        ["add-to-cart"] = AddToCart,
        ["shopping-cart-page-view"] = ViewCart,
        ["purchase-complete"] = Purchase,
        ["home-page-view"] = Impression,
        ["category-page-view"] = Impression,
        // RetailRocket, Personalize and everyday exports
        ["view"] = View,
        ["click"] = View,
        ["select_item"] = View,
        ["addtocart"] = AddToCart,
        ["cart"] = AddToCart,
        ["transaction"] = Purchase,
        ["buy"] = Purchase,
        ["order"] = Purchase,
        ["impression"] = Impression,
    };

    /// <summary>Every accepted spelling with the name it stands for.</summary>
    public static IReadOnlyDictionary<string, string> Accepted => Synonyms;

    /// <summary>The GA4 name for <paramref name="name"/>, or null when it is not known.</summary>
    public static string? Canonical(string name) => Synonyms.GetValueOrDefault(name);
}
