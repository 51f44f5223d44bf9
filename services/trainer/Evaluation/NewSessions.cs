using ModelOps.Trainer.Training;

namespace ModelOps.Trainer.Evaluation;

/// <summary>
/// What a visitor chooses last whom the model has never seen: for shops without accounts, where a user is a session. The newest
/// sessions are the test, those before them the validation. Nothing is learned from a session that is asked.
/// </summary>
public static class NewSessions
{
    public const string Name = "new-sessions";

    /// <summary>Of all sessions, in each of the two questions where no moment says otherwise; and the most of the validation.</summary>
    private const double Share = 0.1;
    private const int MostValidation = 20_000;

    /// <param name="testFrom">Sessions that begin then or later are the test; else the newest tenth.</param>
    public static Holdouts Split(Interactions interactions, DateTime? testFrom)
    {
        ArgumentNullException.ThrowIfNull(interactions);
        var byAge = Enumerable.Range(0, interactions.Users.Length).Where(user => interactions.Of(user).Length > 0)
            .OrderBy(user => interactions.Of(user)[0].Seconds).ToArray();
        var from = testFrom is { } moment ? new DateTimeOffset(DateTime.SpecifyKind(moment, DateTimeKind.Utc)).ToUnixTimeSeconds() : long.MaxValue;
        var test = testFrom is null ? (int)(byAge.Length * Share) : byAge.Count(user => interactions.Of(user)[0].Seconds >= from);
        var validation = Math.Min(MostValidation, (int)((byAge.Length - test) * Share));
        var tested = Ask(interactions, interactions.Everything(), byAge.AsSpan(^test..));
        return new Holdouts(Name, Ask(interactions, tested.Learned, byAge.AsSpan(^(test + validation)..^test)), tested);
    }

    private static Holdout Ask(Interactions interactions, int[] from, ReadOnlySpan<int> users)
    {
        var learned = (int[])from.Clone();
        var known = (int[])from.Clone();
        var cases = new List<EvaluationCase>();
        foreach (var user in users)
        {
            var all = interactions.Of(user);
            learned[user] = 0;
            known[user] = all.Length - 1;
            if (all.Length > 1)
                cases.Add(new EvaluationCase(user, [all[^1].Item]));
        }
        return new Holdout(known, cases, interactions.LastSeconds) { Learned = learned };
    }
}
