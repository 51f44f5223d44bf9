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

    /// <summary>What only one shopper ever had together belongs on nobody else's page.</summary>
    private const int LeastShoppers = 2;

    /// <summary>A wholesaler's order says little of what belongs together, and its pairs are many.</summary>
    private const int LargestBasket = 100;
    private const long DaySeconds = 86_400;

    /// <param name="hasClock">Without one there are no days, and nothing is known of baskets.</param>
    public static RelatedItems Find(Interactions interactions, bool hasClock)
    {
        ArgumentNullException.ThrowIfNull(interactions);
        var counts = interactions.Everything();
        var shoppers = Enumerable.Range(0, interactions.Users.Length);
        var similar = Count([.. shoppers.Select(user => (user, interactions.Sequence(user, counts[user]).ToArray()))], interactions.Vocabulary.Count, Window);
        var together = Count(hasClock ? [.. shoppers.SelectMany(user => Baskets(interactions, user))] : [], interactions.Vocabulary.Count, int.MaxValue);
        return new RelatedItems([.. similar.Zip(together, (near, beside) => new RelatedItem(near, beside))]);
    }

    /// <summary>What a shopper bought on one day, each item once.</summary>
    private static IEnumerable<(int User, int[] Items)> Baskets(Interactions interactions, int user) => interactions.Of(user).ToArray()
        .Where(interaction => interaction.Counted).GroupBy(interaction => interaction.Seconds / DaySeconds)
        .Select(day => (user, day.Select(interaction => interaction.Item).Distinct().Order().ToArray()))
        .Where(basket => basket.Item2.Length is > 1 and <= LargestBasket);

    /// <summary>For each item, the ones that most shoppers have in a sequence with it, as the cosine over shoppers.</summary>
    /// <param name="sequences">A shopper's own stand side by side.</param>
    private static int[][] Count((int User, int[] Items)[] sequences, int items, int window)
    {
        var places = new Postings([.. sequences.Select(sequence => sequence.Items)], items);
        var shoppers = Enumerable.Range(0, items + 1).Select(item => ShoppersOf(places.Of(item), sequences)).ToArray();
        var found = new int[items][];
        Parallel.For(1, items + 1, () => (Tally: new Tally(items), CountedFor: new long[items + 1]), (item, _, own) =>
        {
            foreach (var (sequence, place) in places.Of(item))
                AddAround(sequences[sequence], place, window, item, own.Tally, own.CountedFor);
            var indices = new int[Kept];
            var values = new float[Kept];
            own.Tally.TakeBest(other => own.Tally[other] < LeastShoppers ? 0 : own.Tally[other] / (Math.Sqrt((double)shoppers[item] * shoppers[other]) + Shrinkage), indices, values);
            found[item - 1] = [.. indices.Where((_, place) => values[place] > 0)];
            return own;
        }, _ => { });
        return found;
    }

    private static int ShoppersOf(ReadOnlySpan<(int Sequence, int Place)> places, (int User, int[] Items)[] sequences)
    {
        var (count, last) = (0, -1);
        foreach (var (sequence, _) in places)
        {
            if (sequences[sequence].User == last)
                continue;
            last = sequences[sequence].User;
            count++;
        }
        return count;
    }

    /// <param name="countedFor">By other item: the item and the shopper that it was counted for last, each shopper once.</param>
    private static void AddAround((int User, int[] Items) sequence, int place, int window, int item, Tally tally, long[] countedFor)
    {
        var all = sequence.Items;
        var from = window >= all.Length ? 0 : Math.Max(0, place - window);
        var to = window >= all.Length ? all.Length : Math.Min(all.Length, place + window + 1);
        var who = ((long)item << 32) | (uint)sequence.User;
        for (var other = from; other < to; other++)
        {
            if (all[other] == item || countedFor[all[other]] == who)
                continue;
            countedFor[all[other]] = who;
            tally.Add(all[other], 1);
        }
    }
}
