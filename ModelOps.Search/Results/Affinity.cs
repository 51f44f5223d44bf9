namespace ModelOps.Search.Results;

/// <summary>What a shopper likes: the brands and categories of what they chose. It moves a product's score by <see cref="Strongest"/> at most.</summary>
/// <param name="Brands">The share of the history, 0 to 1, by brand.</param>
/// <param name="Categories">The same by the category's whole path.</param>
public sealed record Affinity(IReadOnlyDictionary<string, double> Brands, IReadOnlyDictionary<string, double> Categories)
{
    public const double Strongest = .2;

    public static Affinity None { get; } = new(new Dictionary<string, double>(), new Dictionary<string, double>());

    /// <param name="history">What the shopper looked at or bought.</param>
    public static Affinity Of(IReadOnlyCollection<SearchProduct> history)
    {
        ArgumentNullException.ThrowIfNull(history);
        return history.Count == 0 ? None : new Affinity(Shares(history, product => product.Brand), Shares(history, product => product.Category));
    }

    /// <summary>1 for who likes neither its brand nor its category, up to 1 + <see cref="Strongest"/>.</summary>
    public double FactorOf(SearchProduct product)
    {
        ArgumentNullException.ThrowIfNull(product);
        return 1 + Strongest * (ShareOf(Brands, product.Brand) + ShareOf(Categories, product.Category)) / 2;
    }

    private static double ShareOf(IReadOnlyDictionary<string, double> shares, string? key) => key is null ? 0 : shares.GetValueOrDefault(key);

    private static Dictionary<string, double> Shares(IReadOnlyCollection<SearchProduct> history, Func<SearchProduct, string?> keyOf) =>
        history.Select(keyOf).Where(key => !string.IsNullOrEmpty(key)).GroupBy(key => key!, StringComparer.OrdinalIgnoreCase).ToDictionary(group => group.Key, group => (double)group.Count() / history.Count, StringComparer.OrdinalIgnoreCase);
}
