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
    public const string AddToWishlist = "add_to_wishlist";
    public const string BeginCheckout = "begin_checkout";
    public const string RemoveFromCart = "remove_from_cart";

    private static readonly Dictionary<string, string> Synonyms = new(StringComparer.OrdinalIgnoreCase)
    {
        [Impression] = Impression,
        [View] = View,
        [Search] = Search,
        [AddToCart] = AddToCart,
        [ViewCart] = ViewCart,
        [Purchase] = Purchase,
        [AddToWishlist] = AddToWishlist,
        [BeginCheckout] = BeginCheckout,
        [RemoveFromCart] = RemoveFromCart,
        // GA4's other names: further steps of a checkout; a promotion is shown, and its product looked at
        ["add_shipping_info"] = BeginCheckout,
        ["add_payment_info"] = BeginCheckout,
        ["view_search_results"] = Search,
        ["view_promotion"] = Impression,
        ["select_promotion"] = View,
        ["select_item"] = View,
        // Google Retail
        ["detail-page-view"] = View,
        ["add-to-cart"] = AddToCart,
        ["shopping-cart-page-view"] = ViewCart,
        ["purchase-complete"] = Purchase,
        ["remove-from-cart"] = RemoveFromCart,
        ["home-page-view"] = Impression,
        ["category-page-view"] = Impression,
        // RetailRocket, Personalize, Taobao (pv, fav) and everyday exports
        ["view"] = View,
        ["click"] = View,
        ["pv"] = View,
        ["fav"] = AddToWishlist,
        ["wishlist"] = AddToWishlist,
        ["add-to-wishlist"] = AddToWishlist,
        ["checkout"] = BeginCheckout,
        ["removefromcart"] = RemoveFromCart,
        ["addtocart"] = AddToCart,
        ["cart"] = AddToCart,
        ["transaction"] = Purchase,
        ["buy"] = Purchase,
        ["order"] = Purchase,
        ["impression"] = Impression,
    };

    /// <summary>The events that say that a shopper wanted the product. What was only shown or asked for, or was taken out of the cart, says no such thing.</summary>
    public static IReadOnlyList<string> Wanted { get; } = [View, AddToWishlist, AddToCart, ViewCart, BeginCheckout, Purchase];

    /// <summary>Every accepted spelling with the name it stands for.</summary>
    public static IReadOnlyDictionary<string, string> Accepted => Synonyms;

    /// <summary>The GA4 name for <paramref name="name"/>, or null when it is not known.</summary>
    public static string? Canonical(string name) => Synonyms.GetValueOrDefault(name);
}
