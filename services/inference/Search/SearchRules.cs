using ModelOps.Features;
using ModelOps.Inference.Catalogue;
using ModelOps.Inference.Recommendations;
using ModelOps.Inference.Rules;

namespace ModelOps.Inference.Search;

/// <summary>A store's rules for a query, put on what it found: boosts and burials, caps, then what is pinned.</summary>
internal static class SearchRules
{
    public static List<FoundProduct> Apply(List<FoundProduct> found, IReadOnlyList<Rule> rules, Func<string, FoundProduct?> sold)
    {
        if (rules.Count == 0)
            return found;
        var arranged = Capped(Boosted(found, [.. rules.OfType<Boost>()]), [.. rules.OfType<Cap>()]);
        foreach (var pin in rules.OfType<Pin>())
        {
            foreach (var (offset, product) in pin.Products.Distinct().Select(sold).OfType<FoundProduct>().Index())
            {
                var known = arranged.FirstOrDefault(one => one.Document == product.Document) ?? product;
                arranged.RemoveAll(one => one.Document == product.Document);
                known.MovedBy(pin.Name);
                arranged.Insert(Math.Min(pin.Position - 1 + offset, arranged.Count), known);
            }
        }
        return arranged;
    }

    private static List<FoundProduct> Boosted(List<FoundProduct> found, List<Boost> boosts)
    {
        if (boosts.Count == 0 || found.Count == 0)
            return found;
        var mean = found.Average(product => product.Score);
        var deviation = Math.Sqrt(found.Average(product => (product.Score - mean) * (product.Score - mean)));
        foreach (var product in found)
        {
            foreach (var boost in boosts.Where(boost => boost.Concerns(product.Item)))
                product.MovedBy(boost.Name, boost.Strength * (deviation > 0 ? deviation : 1));
        }
        return [.. found.OrderByDescending(product => product.Score)];
    }

    private static List<FoundProduct> Capped(List<FoundProduct> found, List<Cap> caps)
    {
        foreach (var cap in caps)
        {
            var seen = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
            found = [.. found.Where(product => cap.KeyOf(product.Item) is not { } key || (seen[key] = seen.GetValueOrDefault(key) + 1) <= cap.Most)];
        }
        return found;
    }
}
