using System.Globalization;

namespace ModelOps.Search.Results;

/// <param name="Value">A brand, a category's path, an attribute's value, or a range of prices as <c>10-20</c>, the end excluded.</param>
public sealed record FacetValue(string Value, int Count);

/// <summary>How many of the found products have which brand, category, price or attribute.</summary>
public static class Facets
{
    public const string Brand = "brand", Category = "category", Price = "price";

    /// <summary>Of a facet, the most frequent ones.</summary>
    private const int Most = 50;

    private const int PriceRanges = 5;

    public static IReadOnlyList<FacetValue> Count(string facet, IEnumerable<(SearchProduct Product, double? Price)> found)
    {
        ArgumentNullException.ThrowIfNull(found);
        return facet switch
        {
            Price => OfPrices([.. found.Where(one => one.Price is not null).Select(one => one.Price!.Value).Order()]),
            Brand => OfValues(found.Select(one => one.Product.Brand)),
            Category => OfValues(found.Select(one => one.Product.Category)),
            _ => OfValues(found.Select(one => one.Product.Attributes?.GetValueOrDefault(facet))),
        };
    }

    private static List<FacetValue> OfValues(IEnumerable<string?> values) =>
        [.. values.Where(value => !string.IsNullOrWhiteSpace(value)).GroupBy(value => value!, StringComparer.OrdinalIgnoreCase)
            .Select(group => new FacetValue(group.Key, group.Count())).OrderByDescending(value => value.Count).ThenBy(value => value.Value, StringComparer.OrdinalIgnoreCase).Take(Most)];

    /// <summary>Ranges that hold about as many products each, at round prices.</summary>
    private static List<FacetValue> OfPrices(double[] ascending)
    {
        if (ascending.Length == 0)
            return [];
        var edges = Enumerable.Range(1, PriceRanges - 1).Select(i => Round(ascending[i * (ascending.Length - 1) / PriceRanges])).Where(edge => edge > ascending[0] && edge <= ascending[^1]).Distinct().Order().ToList();
        var ranges = new List<FacetValue>();
        double from = 0;
        foreach (var until in edges.Append(double.PositiveInfinity))
        {
            var count = ascending.Count(price => price >= from && price < until);
            if (count > 0)
                ranges.Add(new FacetValue(string.Create(CultureInfo.InvariantCulture, $"{from}-{(double.IsInfinity(until) ? "" : until)}"), count));
            from = until;
        }
        return ranges;
    }

    /// <summary>One, two or five times a power of ten, the nearest below.</summary>
    private static double Round(double price)
    {
        if (!(price > 0))
            return 0;
        var power = Math.Pow(10, Math.Floor(Math.Log10(price)));
        var round = (price / power >= 5 ? 5 : price / power >= 2 ? 2 : 1) * power;
        return power < 1 ? Math.Round(round, 10) : round;
    }
}
