// Sarwar et al.: Item-based collaborative filtering recommendation algorithms. WWW 2001, https://doi.org/10.1145/371920.372071
// Over a window of the sequence instead of whole baskets, with direction, as the sequential baselines of
// Ludewig, Jannach: Evaluation of session-based recommendation algorithms, 2018, https://arxiv.org/abs/1803.09587 have it.
using ModelOps.Trainer.Onnx;

namespace ModelOps.Trainer.Architectures;

/// <summary>How items are neighbours, and how a history asks for them.</summary>
/// <param name="Window">Places apart, at most, of two items that count as together.</param>
/// <param name="Distance">A pair one place further apart counts this much of the nearer one, 0..1.</param>
/// <param name="Backward">A pair against the order counts this much of one in order, 0..1.</param>
/// <param name="Known">Power of the asking item's count that divides: 1 makes frequent and rare items ask alike.</param>
/// <param name="Asked">Power of the neighbour's count that divides: 0 favours what is popular.</param>
/// <param name="Memory">The item before the last one asks this much of the last one, and so on.</param>
/// <param name="Neighbours">Kept of each item.</param>
public sealed record ItemKnnSettings(int Window, double Distance, double Backward, double Known, double Asked, double Memory, int Neighbours)
{
    public static ItemKnnSettings Default { get; } = new(10, 0.8, 0.8, 0.5, 0.5, 0.8, 200);

    /// <summary>Other values to try, a list a setting.</summary>
    public static IReadOnlyList<IReadOnlyList<Func<ItemKnnSettings, ItemKnnSettings>>> Axes { get; } =
    [
        [.. new[] { 1, 2, 3, 5, 10, 20, 50 }.Select(value => (Func<ItemKnnSettings, ItemKnnSettings>)(settings => settings with { Window = value }))],
        [.. new[] { 0.3, 0.5, 0.65, 0.8, 0.9, 1 }.Select(value => (Func<ItemKnnSettings, ItemKnnSettings>)(settings => settings with { Distance = value }))],
        [.. new[] { 0, 0.25, 0.5, 0.8, 1 }.Select(value => (Func<ItemKnnSettings, ItemKnnSettings>)(settings => settings with { Backward = value }))],
        [.. new[] { 0, 0.25, 0.5, 0.75, 1 }.Select(value => (Func<ItemKnnSettings, ItemKnnSettings>)(settings => settings with { Known = value }))],
        [.. new[] { 0, 0.25, 0.5, 0.75, 1 }.Select(value => (Func<ItemKnnSettings, ItemKnnSettings>)(settings => settings with { Asked = value }))],
        [.. new[] { 0.3, 0.5, 0.65, 0.8, 0.9, 0.95, 1 }.Select(value => (Func<ItemKnnSettings, ItemKnnSettings>)(settings => settings with { Memory = value }))],
    ];
}

/// <summary>Items that shoppers chose near each other.</summary>
public static class ItemKnn
{
    public static Neighbours Count(Observed observed, ItemKnnSettings settings)
    {
        ArgumentNullException.ThrowIfNull(observed);
        ArgumentNullException.ThrowIfNull(settings);
        var places = new Postings(observed.Sequences, observed.Items);
        var decay = Enumerable.Range(0, settings.Window).Select(apart => Math.Pow(settings.Distance, apart)).ToArray();
        var divisor = Enumerable.Range(0, observed.Items + 1).Select(item => Math.Pow(Math.Max(1, places.CountOf(item)), -settings.Asked)).ToArray();
        return Neighbours.Find("itemKnn", observed, settings.Memory, settings.Neighbours, (item, tally) =>
        {
            foreach (var (sequence, place) in places.Of(item))
                Around(observed.Sequences[sequence], place, item, decay, settings.Backward, tally);
            var own = Math.Pow(Math.Max(1, places.CountOf(item)), -settings.Known);
            return other => tally[other] * own * divisor[other];
        });
    }

    private static void Around(int[] sequence, int place, int item, double[] decay, double backward, Tally tally)
    {
        for (var apart = 1; apart <= decay.Length; apart++)
        {
            if (place + apart < sequence.Length && sequence[place + apart] != item)
                tally.Add(sequence[place + apart], decay[apart - 1]);
            if (backward > 0 && place - apart >= 0 && sequence[place - apart] != item)
                tally.Add(sequence[place - apart], backward * decay[apart - 1]);
        }
    }
}
