namespace ModelOps.Trainer.Profiles;

/// <summary>Lloyd's k-means from centres drawn far from each other (Arthur and Vassilvitskii, <i>k-means++</i>, 2007), the best of several starts.</summary>
public static class KMeans
{
    private const int Starts = 4, MostPasses = 60;

    /// <param name="points">(points)(columns).</param>
    /// <returns>At most <paramref name="count"/> centres.</returns>
    public static float[][] Find(float[][] points, int count, int seed)
    {
        ArgumentNullException.ThrowIfNull(points);
        var random = new Random(seed);
        return Enumerable.Range(0, Starts).Select(_ => Settle(points, Draw(points, count, random))).MinBy(found => found.Loss).Centres;
    }

    /// <returns>The place of the nearest centre, by point.</returns>
    public static int[] Nearest(float[][] points, float[][] centres) => Array.ConvertAll(points, point => NearestOf(point, centres).Place);

    private static (float[][] Centres, double Loss) Settle(float[][] points, float[][] centres)
    {
        var before = double.MaxValue;
        for (var pass = 0; pass < MostPasses; pass++)
        {
            var (sums, counts, loss) = (centres.Select(centre => new double[centre.Length]).ToArray(), new int[centres.Length], 0.0);
            foreach (var point in points)
            {
                var (place, distance) = NearestOf(point, centres);
                (counts[place], loss) = (counts[place] + 1, loss + distance);
                for (var i = 0; i < point.Length; i++)
                    sums[place][i] += point[i];
            }
            centres = [.. sums.Select((sum, place) => counts[place] == 0 ? centres[place] : Array.ConvertAll(sum, value => (float)(value / counts[place])))];
            if (loss >= before * (1 - 1e-6))
                return (centres, loss);
            before = loss;
        }
        return (centres, before);
    }

    private static float[][] Draw(float[][] points, int count, Random random)
    {
        var centres = new List<float[]> { points[random.Next(points.Length)] };
        var distances = Array.ConvertAll(points, _ => double.MaxValue);
        while (centres.Count < count)
        {
            for (var i = 0; i < points.Length; i++)
                distances[i] = Math.Min(distances[i], Distance(points[i], centres[^1]));
            var at = random.NextDouble() * distances.Sum();
            var drawn = Array.FindIndex(distances, distance => (at -= distance) < 0);
            if (drawn < 0)
                break; // fewer different points than centres
            centres.Add(points[drawn]);
        }
        return [.. centres];
    }

    private static (int Place, double Distance) NearestOf(float[] point, float[][] centres)
    {
        var (place, nearest) = (0, double.MaxValue);
        for (var i = 0; i < centres.Length; i++)
        {
            if (Distance(point, centres[i]) is var distance && distance < nearest)
                (place, nearest) = (i, distance);
        }
        return (place, nearest);
    }

    private static double Distance(float[] one, float[] other)
    {
        var sum = 0.0;
        for (var i = 0; i < one.Length; i++)
            sum += (double)(one[i] - other[i]) * (one[i] - other[i]);
        return sum;
    }
}
