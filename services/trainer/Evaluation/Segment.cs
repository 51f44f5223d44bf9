using ModelOps.Trainer.Training;

namespace ModelOps.Trainer.Evaluation;

/// <summary>A part of the cases that a mean over all of them hides.</summary>
/// <param name="Cases">Places in the holdout's cases, with those of the relevant items that belong here; at least one each.</param>
public sealed record Segment(string Name, IReadOnlyList<(int Case, int[] Relevant)> Cases)
{
    /// <summary>A shopper with fewer known interactions is cold.</summary>
    public const int WarmFrom = 5;

    /// <summary>A shopper with this many known interactions is heavy.</summary>
    public const int HeavyFrom = 20;

    /// <summary>The most frequent fifth of the known items is the head, the rest the tail.</summary>
    public const double HeadShare = 0.2;

    /// <summary>
    /// <c>cold</c>, <c>warm</c> and <c>heavy</c> shoppers, who divide the cases among them, and <c>head</c> and <c>tail</c> items:
    /// how well the relevant items of each are found, in all cases that have one. Where shoppers come back to items, also
    /// <c>again</c>, those that the history has already, and <c>new</c>.
    /// </summary>
    public static IReadOnlyList<Segment> Of(Holdout holdout, Interactions interactions)
    {
        ArgumentNullException.ThrowIfNull(holdout);
        var counts = holdout.ItemCounts(interactions);
        var head = Head(counts);
        return
        [
            Shoppers("cold", holdout, known => known < WarmFrom),
            Shoppers("warm", holdout, known => known is >= WarmFrom and < HeavyFrom),
            Shoppers("heavy", holdout, known => known >= HeavyFrom),
            Items("head", holdout, head.Contains),
            Items("tail", holdout, item => !head.Contains(item)),
            .. Seen(holdout, interactions),
        ];
    }

    private static Segment[] Seen(Holdout holdout, Interactions interactions)
    {
        var seen = holdout.Cases.Select(@case => interactions.Of(@case.User, holdout.Known[@case.User]).ToArray().Select(interaction => interaction.Item).ToHashSet()).ToArray();
        Segment Part(string name, bool again) => new(name, [.. holdout.Cases
            .Select((@case, at) => (Case: at, Relevant: @case.Relevant.Where(item => seen[at].Contains(item) == again).ToArray()))
            .Where(part => part.Relevant.Length > 0)]);
        return Part("again", again: true) is { Cases.Count: > 0 } again ? [again, Part("new", again: false)] : [];
    }

    /// <summary>By frequency; of equals the lower index is nearer to the head.</summary>
    private static HashSet<int> Head(int[] counts)
    {
        var known = Enumerable.Range(1, counts.Length - 1).Where(item => counts[item] > 0).OrderByDescending(item => counts[item]).ThenBy(item => item).ToArray();
        return [.. known.Take((int)Math.Ceiling(known.Length * HeadShare))];
    }

    private static Segment Shoppers(string name, Holdout holdout, Func<int, bool> belongs) => new(name, [.. holdout.Cases
        .Select((@case, at) => (Case: at, @case.Relevant, Known: holdout.Known[@case.User]))
        .Where(part => belongs(part.Known)).Select(part => (part.Case, part.Relevant))]);

    private static Segment Items(string name, Holdout holdout, Func<int, bool> belongs) => new(name, [.. holdout.Cases
        .Select((@case, at) => (Case: at, Relevant: @case.Relevant.Where(belongs).ToArray()))
        .Where(part => part.Relevant.Length > 0)]);
}
