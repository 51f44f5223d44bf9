using ModelOps.Trainer.Training;

namespace ModelOps.Trainer.Evaluation;

/// <summary>
/// The last item of each shopper is the test, the one before it the validation. For the test all but the last is known
/// (the <c>full</c> protocol), as it would be to a shop. Needs no clock.
/// </summary>
public static class LeaveOneOut
{
    public const string Name = "leave-one-out";

    /// <summary>The same, but nothing learns from the validation item: the test measures the model that the validation chose.</summary>
    public const string Strict = "leave-one-out-strict";

    public static Holdouts Split(Interactions interactions, bool strict = false)
    {
        ArgumentNullException.ThrowIfNull(interactions);
        var everything = interactions.Everything();
        var test = HideLast(interactions, everything);
        var validation = HideLast(interactions, test.Known);
        return strict
            ? new Holdouts(Strict, validation, test with { Learned = validation.Learned })
            : new Holdouts(Name, validation, test);
    }

    /// <summary>Hides each user's last item where at least two others stay; an item repeated at once counts as one.</summary>
    private static Holdout HideLast(Interactions interactions, int[] from)
    {
        var known = (int[])from.Clone();
        var cases = new List<EvaluationCase>();
        for (var user = 0; user < known.Length; user++)
        {
            var seen = interactions.Of(user, from[user]);
            if (seen.IsEmpty)
                continue;
            var run = seen.Length;
            while (run > 0 && seen[run - 1].Item == seen[^1].Item)
                run--;
            if (interactions.Sequence(user, run).Count < 2)
                continue;
            known[user] = run;
            cases.Add(new EvaluationCase(user, [seen[^1].Item]));
        }
        return new Holdout(known, cases, interactions.LastSeconds);
    }
}
