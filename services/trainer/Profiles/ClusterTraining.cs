using System.Globalization;
using ModelOps.Features.Profiles;
using ModelOps.Features.Tables;

namespace ModelOps.Trainer.Profiles;

/// <summary>Groups shoppers by how they behave, into as many groups as hold still when shoppers are drawn anew.</summary>
public static class ClusterTraining
{
    private const int Fewest = 3, Most = 8, Draws = 10, MostPoints = 5000, TraitsShown = 3;
    private const double Stable = 0.8;

    /// <summary>How somebody buys, not what.</summary>
    private static readonly string[] Behaviour = [ProfileFeatures.RecencyDays, "orders_a_month", "order_value", "products_an_order", "repeat_share", "price_level", "views_30", "carts_30"];

    /// <param name="rows">Of the present, a row a shopper.</param>
    public static ProfileClusters Find(TableRows rows, int seed)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var design = rows.Schema.Design;
        int[] columns = [.. design.Index().Where(pair => pair.Item.Kind == DesignKind.Number && Behaviour.Contains(pair.Item.Name) && Varies(rows, pair.Index)).Select(pair => pair.Index)];
        var points = Enumerable.Range(0, rows.Count).Select(row => Array.ConvertAll(columns, column => rows.Design[row * rows.Width + column])).ToArray();
        new Random(seed).Shuffle(points);
        points = points[..Math.Min(points.Length, MostPoints)];
        var tried = Enumerable.Range(Fewest, Most - Fewest + 1).Where(count => count <= points.Length)
            .Select(count => (Centres: KMeans.Find(points, count, seed), Stability: Stability(points, count, seed))).ToList();
        if (tried.Count == 0)
            tried.Add((KMeans.Find(points, 1, seed), 1));
        var (centres, stability) = tried.Exists(one => one.Stability >= Stable) ? tried.Last(one => one.Stability >= Stable) : tried.MaxBy(one => one.Stability);
        var groups = KMeans.Nearest(points, centres);
        return new ProfileClusters(columns, stability, [.. centres.Select((centre, place) => Describe(centre, groups.Count(group => group == place) / (double)points.Length, points, [.. columns.Select(column => design[column].Name)]))]);
    }

    /// <summary>Mean adjusted Rand index of the groups with those by centres found on bootstrap samples.</summary>
    public static double Stability(float[][] points, int count, int seed)
    {
        ArgumentNullException.ThrowIfNull(points);
        var groups = KMeans.Nearest(points, KMeans.Find(points, count, seed));
        var indices = new double[Draws];
        Parallel.For(0, Draws, draw =>
        {
            var random = new Random(unchecked(seed * 1_000_003 + draw));
            var sample = Enumerable.Range(0, points.Length).Select(_ => points[random.Next(points.Length)]).ToArray();
            indices[draw] = AdjustedRand(groups, KMeans.Nearest(points, KMeans.Find(sample, count, random.Next())));
        });
        return indices.Average();
    }

    /// <summary>Of all pairs, how many are together or apart in both, corrected for chance: 1 for the same groups, about 0 for chance (Hubert and Arabie, 1985).</summary>
    public static double AdjustedRand(int[] one, int[] other)
    {
        ArgumentNullException.ThrowIfNull(one);
        var together = one.Zip(other).CountBy(pair => pair).Sum(pair => Pairs(pair.Value));
        var (inOne, inOther, all) = (one.CountBy(group => group).Sum(pair => Pairs(pair.Value)), other.CountBy(group => group).Sum(pair => Pairs(pair.Value)), Pairs(one.Length));
        var (expected, most) = (all == 0 ? 0 : inOne * inOther / all, (inOne + inOther) / 2);
        return most == expected ? 1 : (together - expected) / (most - expected);
    }

    private static double Pairs(int count) => (double)count * (count - 1) / 2;

    private static bool Varies(TableRows rows, int column) => Enumerable.Range(1, Math.Max(0, rows.Count - 1)).Any(row => rows.Design[row * rows.Width + column] != rows.Design[column]);

    private static ProfileCluster Describe(float[] centre, double share, float[][] points, string[] names)
    {
        ClusterTrait[] traits = [.. names.Select((name, column) =>
        {
            var mean = points.Average(point => point[column]);
            var deviation = Math.Sqrt(points.Average(point => (point[column] - mean) * (point[column] - mean)));
            return new ClusterTrait(name, Math.Round(deviation > 0 ? (centre[column] - mean) / deviation : 0, 2));
        }).OrderByDescending(trait => Math.Abs(trait.Deviations)).Take(TraitsShown)];
        var name = string.Join(", ", traits.Take(2).Select(trait => $"{(trait.Deviations < 0 ? "low" : "high")} {trait.Feature.Replace('_', ' ').ToLower(CultureInfo.InvariantCulture)}"));
        return new ProfileCluster(name.Length > 0 ? name : "everybody", share, traits, centre);
    }
}
