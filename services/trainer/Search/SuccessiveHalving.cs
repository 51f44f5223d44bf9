// Li et al.: A System for Massively Parallel Hyperparameter Tuning (ASHA). MLSys 2020, https://arxiv.org/abs/1810.05934
namespace ModelOps.Trainer.Search;

/// <summary>
/// Asynchronous successive halving: of the trials that reached a rung the best share goes on to the next, with more passes; whoever
/// is free takes the highest that may, else a new one. Nobody waits for a rung to fill.
/// </summary>
/// <param name="FirstPasses">Of rung 0.</param>
/// <param name="Reduction">η: one of so many goes on, with so many times the passes.</param>
/// <param name="MostPasses">Of a training; the last rung has them.</param>
public sealed record SuccessiveHalving(int FirstPasses, int Reduction, int MostPasses)
{
    public int TopRung { get; } = TopOf(FirstPasses, Reduction, MostPasses);

    /// <summary>Passes of a trial that has finished <paramref name="rung"/>, from its first.</summary>
    public int PassesAt(int rung) => (int)Math.Min(MostPasses, FirstPasses * Math.Pow(Reduction, rung));

    /// <summary>The trial that goes on to its next rung; null where a new one begins.</summary>
    public Trial? Next(IReadOnlyCollection<Trial> trials)
    {
        ArgumentNullException.ThrowIfNull(trials);
        for (var rung = TopRung - 1; rung >= 0; rung--)
        {
            var reached = trials.Where(trial => trial.Values.Length > rung).OrderByDescending(trial => trial.Values[rung]).ThenBy(trial => trial.Number).ToList();
            var next = reached.Take(reached.Count / Reduction).FirstOrDefault(trial => trial.MayGoOnFrom(rung));
            if (next is not null)
                return next;
        }
        return null;
    }

    private static int TopOf(int first, int reduction, int most)
    {
        var rung = 0;
        for (double passes = first; passes < most; passes *= reduction)
            rung++;
        return rung;
    }
}
