using ModelOps.Trainer.Training;

namespace ModelOps.Trainer.Evaluation;

/// <summary>
/// What a known shopper chooses in the next period: everything before a moment is known, the distinct target items after it are
/// asked. The last period of the data is the test, the one before it the validation. Needs real timestamps.
/// </summary>
public static class NextPeriod
{
    public const string Name = "next-period";
    private const long Day = 86_400;

    /// <param name="periodDays">Shortened to a tenth of the data's span.</param>
    /// <param name="testFrom">Where the test begins; else so that it ends with the data.</param>
    public static Holdouts Split(Interactions interactions, int periodDays, DateTime? testFrom)
    {
        ArgumentNullException.ThrowIfNull(interactions);
        var (first, last) = (interactions.All.Min(interaction => interaction.Seconds), interactions.LastSeconds);
        var period = Math.Min(periodDays * Day, Math.Max(1, (last - first) / 10));
        var test = testFrom is { } from ? new DateTimeOffset(DateTime.SpecifyKind(from, DateTimeKind.Utc)).ToUnixTimeSeconds() : last - period + 1;
        if (testFrom is not null)
            period = periodDays * Day;
        return new Holdouts(Name, Between(interactions, test - period, test), Between(interactions, test, test + period));
    }

    /// <summary>The time after <paramref name="seconds"/> in two halves: the first is the validation, the second the test.</summary>
    public static Holdouts After(Interactions interactions, long seconds)
    {
        ArgumentNullException.ThrowIfNull(interactions);
        var middle = seconds + 1 + (interactions.LastSeconds - seconds) / 2;
        return new Holdouts(Name, Between(interactions, seconds + 1, middle), Between(interactions, middle, interactions.LastSeconds + 1));
    }

    private static Holdout Between(Interactions interactions, long from, long to)
    {
        var known = new int[interactions.Users.Length];
        var cases = new List<EvaluationCase>();
        for (var user = 0; user < known.Length; user++)
        {
            var all = interactions.Of(user);
            while (known[user] < all.Length && all[known[user]].Seconds < from)
                known[user]++;
            var relevant = new SortedSet<int>();
            foreach (var (item, counted, seconds) in all[known[user]..])
            {
                if (counted && seconds < to)
                    relevant.Add(item);
            }
            if (known[user] > 0 && relevant.Count > 0)
                cases.Add(new EvaluationCase(user, [.. relevant]));
        }
        return new Holdout(known, cases, from);
    }
}
