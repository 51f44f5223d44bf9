using ModelOps.Features;
using ModelOps.Inference.Catalogue;

namespace ModelOps.Inference.Recommendations;

/// <summary>Candidates with how much each is like those taken already: in the path of their categories and in their brand.</summary>
internal sealed class Variety
{
    private const double CategoryShare = 0.7;

    private readonly CatalogueItem[] items;
    private readonly string[][] paths;
    private readonly double[] weights; // 0 to 1
    private readonly double[] likeness; // to the likest one taken, 0 to 1
    private readonly bool[] taken;

    public Variety(IReadOnlyList<Candidate> candidates, CatalogueView catalogue)
    {
        items = [.. candidates.Select(candidate => catalogue[candidate.Index])];
        paths = [.. items.Select(item => item.Category?.Split('|') ?? [])];
        var (least, most) = candidates.Count == 0 ? (0, 0) : (candidates.Min(candidate => candidate.Weight), candidates.Max(candidate => candidate.Weight));
        weights = [.. candidates.Select(candidate => most > least ? (candidate.Weight - least) / (most - least) : 0)];
        likeness = new double[items.Length];
        taken = new bool[items.Length];
    }

    /// <summary>The place of the best one that fits; null when none is left.</summary>
    public int? Best(double diversity, Func<CatalogueItem, bool> fits)
    {
        int? best = null;
        var highest = double.NegativeInfinity;
        for (var place = 0; place < items.Length; place++)
        {
            var value = (1 - diversity) * weights[place] - diversity * likeness[place];
            if (!taken[place] && value > highest && fits(items[place]))
                (best, highest) = (place, value);
        }
        return best;
    }

    public void Take(int place)
    {
        taken[place] = true;
        for (var other = 0; other < items.Length; other++)
            likeness[other] = Math.Max(likeness[other], Likeness(place, other));
    }

    private double Likeness(int one, int other)
    {
        var (a, b) = (paths[one], paths[other]);
        var common = 0;
        while (common < a.Length && common < b.Length && a[common] == b[common])
            common++;
        var category = common == 0 ? 0 : (double)common / Math.Max(a.Length, b.Length);
        var brand = items[one].Brand is { } name && name == items[other].Brand ? 1 : 0;
        return CategoryShare * category + (1 - CategoryShare) * brand;
    }
}
