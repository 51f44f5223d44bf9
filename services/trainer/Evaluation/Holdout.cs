using ModelOps.Features;
using ModelOps.Trainer.Training;

namespace ModelOps.Trainer.Evaluation;

/// <summary>A shopper and the distinct items that he or she really chose next.</summary>
public sealed record EvaluationCase(int User, int[] Relevant);

/// <summary>What may be known, and what is asked.</summary>
/// <param name="Known">How many interactions of each user, from the first, may be looked at.</param>
/// <param name="At">The moment of asking, in seconds since 1970: counts are aged up to here.</param>
public sealed record Holdout(int[] Known, IReadOnlyList<EvaluationCase> Cases, long At)
{
    /// <summary>How many interactions of each user a model may learn from: fewer than may be looked at where the protocol is strict.</summary>
    public int[] Learned { get; init; } = Known;

    /// <summary>How often each item occurs in what is learned, by index.</summary>
    public int[] ItemCounts(Interactions interactions)
    {
        ArgumentNullException.ThrowIfNull(interactions);
        var counts = new int[interactions.Vocabulary.Count + 1];
        for (var user = 0; user < Learned.Length; user++)
        {
            foreach (var interaction in interactions.Of(user, Learned[user]))
                counts[interaction.Item]++;
        }
        return counts;
    }

    /// <summary>The share of the asked items that their shopper had in the history already.</summary>
    public double RepeatRate(Interactions interactions)
    {
        long repeats = 0, asked = 0;
        foreach (var (user, relevant) in Cases)
        {
            var seen = interactions.Of(user, Known[user]).ToArray().Select(interaction => interaction.Item).ToHashSet();
            asked += relevant.Length;
            repeats += relevant.Count(seen.Contains);
        }
        return asked == 0 ? 0 : (double)repeats / asked;
    }

    /// <summary>The same question for those asked items alone that are not in their shopper's history.</summary>
    public Holdout OnlyNew(Interactions interactions)
    {
        ArgumentNullException.ThrowIfNull(interactions);
        int[] New(EvaluationCase @case)
        {
            var seen = interactions.Of(@case.User, Known[@case.User]).ToArray().Select(interaction => interaction.Item).ToHashSet();
            return [.. @case.Relevant.Where(item => !seen.Contains(item))];
        }
        return this with { Cases = [.. Cases.Select(@case => @case with { Relevant = New(@case) }).Where(@case => @case.Relevant.Length > 0)] };
    }

    /// <summary>The same question for at most <paramref name="count"/> of its shoppers, drawn by <paramref name="seed"/>.</summary>
    public Holdout Sample(int count, int seed)
    {
        if (Cases.Count <= count)
            return this;
        var cases = Cases.ToArray();
        new Random(seed).Shuffle(cases);
        return this with { Cases = cases[..count] };
    }

    /// <summary>A shopper's own count of each target item, each event aged as <paramref name="fusion"/> says.</summary>
    public Dictionary<int, float> OwnCounts(Interactions interactions, int user, FrequencyFusion fusion)
    {
        ArgumentNullException.ThrowIfNull(fusion);
        var counts = new Dictionary<int, float>();
        foreach (var (item, seconds) in Counted(interactions, user))
            counts[item] = counts.GetValueOrDefault(item) + (float)fusion.CountOf(TimeSpan.FromSeconds(At - seconds));
        return counts;
    }

    /// <summary>A shopper's target events; two of an item at the same moment, as in one basket, are one.</summary>
    public List<(int Item, long Seconds)> Counted(Interactions interactions, int user)
    {
        ArgumentNullException.ThrowIfNull(interactions);
        var distinct = new List<(int, long)>();
        var latest = new Dictionary<int, long>();
        foreach (var (item, counted, seconds) in interactions.Of(user, Known[user]))
        {
            if (!counted || (latest.TryGetValue(item, out var before) && before == seconds))
                continue;
            distinct.Add((item, seconds));
            latest[item] = seconds;
        }
        return distinct;
    }
}

/// <summary>The questions that choose (validation) and those that are answered once, at the end (test).</summary>
public sealed record Holdouts(string Protocol, Holdout Validation, Holdout Test)
{
    /// <summary>Below this many shoppers a figure says more about them than about the model.</summary>
    private const int FewestCases = 30;

    public bool AreEnough => Validation.Cases.Count >= FewestCases && Test.Cases.Count >= FewestCases;

    /// <summary>
    /// The protocol that the parameters name. <c>auto</c> is next-period where the timestamps are real and enough known shoppers
    /// come back in the last period; else, as after a gap in the data, leave-one-out.
    /// </summary>
    public static Holdouts Choose(TrainingParameters parameters, Interactions interactions, bool hasClock)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        if (parameters.Protocol is LeaveOneOut.Strict)
            return LeaveOneOut.Split(interactions, strict: true);
        if (parameters.Protocol is NewSessions.Name)
            return NewSessions.Split(interactions, parameters.TestFrom);
        if (parameters.Protocol is LeaveOneOut.Name || (parameters.Protocol is not NextPeriod.Name && !hasClock))
            return LeaveOneOut.Split(interactions);
        var split = NextPeriod.Split(interactions, parameters.PeriodDays, parameters.TestFrom);
        return split.AreEnough || parameters.Protocol is NextPeriod.Name ? split : LeaveOneOut.Split(interactions);
    }
}
