// Linden, Smith, York: Amazon.com recommendations: item-to-item collaborative filtering. IEEE Internet Computing 2003,
// https://doi.org/10.1109/MIC.2003.1167344
using ModelOps.Features;
using ModelOps.Trainer.Architectures;

namespace ModelOps.Trainer.Training;

/// <summary>Counts what belongs to each item: chosen near it, and bought by the same shopper on the same day.</summary>
public static class RelatedItemsFinder
{
    private const int Kept = 20;

    /// <summary>Places apart, at most, of two items that were chosen near each other.</summary>
    private const int Window = 5;

    /// <summary>Counts this small say little: they are added to what divides, so that one common basket of two rare items is no proof.</summary>
    private const double Shrinkage = 5;

    /// <summary>A basket that only one shopper ever had belongs to nobody else's page.</summary>
    private const int LeastBaskets = 2;

    /// <summary>A wholesaler's order says little of what belongs together, and its pairs are many.</summary>
    private const int LargestBasket = 100;
    private const long DaySeconds = 86_400;

    /// <param name="hasClock">Without one there are no days, and nothing is known of baskets.</param>
    public static RelatedItems Find(Interactions interactions, bool hasClock)
    {
        ArgumentNullException.ThrowIfNull(interactions);
        var similar = Count(interactions.Sequences(interactions.Everything()), interactions.Vocabulary.Count, Window, 1);
        var together = Count(hasClock ? Baskets(interactions) : [], interactions.Vocabulary.Count, int.MaxValue, LeastBaskets);
        return new RelatedItems([.. similar.Zip(together, (near, beside) => new RelatedItem(near, beside))]);
    }

    /// <summary>What each shopper bought on one day, each item once.</summary>
    private static int[][] Baskets(Interactions interactions) => [.. Enumerable.Range(0, interactions.Users.Length)
        .SelectMany(user => interactions.Of(user).ToArray().Where(interaction => interaction.Counted).GroupBy(interaction => interaction.Seconds / DaySeconds))
        .Select(day => day.Select(interaction => interaction.Item).Distinct().Order().ToArray())
        .Where(basket => basket.Length is > 1 and <= LargestBasket)];

    /// <summary>For each item, the ones that share most sequences with it, as the cosine of their occurrences.</summary>
    private static int[][] Count(int[][] sequences, int items, int window, int least)
    {
        var places = new Postings(sequences, items);
        var found = new int[items][];
        Parallel.For(1, items + 1, () => new Tally(items), (item, _, tally) =>
        {
            foreach (var (sequence, place) in places.Of(item))
                AddAround(sequences[sequence], place, window, item, tally);
            var indices = new int[Kept];
            var values = new float[Kept];
            tally.TakeBest(other => tally[other] < least ? 0 : tally[other] / (Math.Sqrt((double)places.CountOf(item) * places.CountOf(other)) + Shrinkage), indices, values);
            found[item - 1] = [.. indices.Where((_, place) => values[place] > 0)];
            return tally;
        }, _ => { });
        return found;
    }

    private static void AddAround(int[] sequence, int place, int window, int item, Tally tally)
    {
        var from = window >= sequence.Length ? 0 : Math.Max(0, place - window);
        var to = window >= sequence.Length ? sequence.Length : Math.Min(sequence.Length, place + window + 1);
        for (var other = from; other < to; other++)
        {
            if (sequence[other] != item)
                tally.Add(sequence[other], 1);
        }
    }
}
