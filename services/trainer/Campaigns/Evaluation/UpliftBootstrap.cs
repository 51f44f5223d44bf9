using ModelOps.Trainer.Evaluation;

namespace ModelOps.Trainer.Campaigns.Evaluation;

/// <summary>
/// How far a Qini value would move with other customers of the same kind: each resample draws as many customers with replacement. Sets of
/// scores are resampled alike, so that intervals of differences are paired. The same seed gives the same intervals.
/// </summary>
public static class UpliftBootstrap
{
    private const int Resamples = 500;
    private const double Tail = 0.025;

    /// <summary>The 95 % interval of the Qini value.</summary>
    public static Interval Qini(IReadOnlyList<UpliftCase> cases, int seed) => Of([[cases]], seed)[0];

    /// <summary>
    /// The 95 % intervals of the mean Qini value of several models, each over the same parts of the customers. Beyond the first model's, the
    /// intervals are those of the first model's lead over each.
    /// </summary>
    /// <param name="models">(models)(parts)(customers): a customer has the same place for every model.</param>
    public static Interval[] Of(IReadOnlyList<IReadOnlyList<IReadOnlyList<UpliftCase>>> models, int seed)
    {
        ArgumentNullException.ThrowIfNull(models);
        var ranked = models.Select(parts => parts.Select(cases => new RankedCases(cases)).ToArray()).ToArray();
        var values = models.Select(_ => new double[Resamples]).ToArray();
        Parallel.For(0, Resamples, resample =>
        {
            var random = new Random(unchecked(seed * 1_000_003 + resample));
            var sums = new double[ranked.Length];
            for (var part = 0; part < ranked[0].Length; part++)
            {
                var drawn = ranked[0][part].Drawn(random);
                for (var model = 0; model < ranked.Length; model++)
                    sums[model] += ranked[model][part].Qini(drawn) / ranked[0].Length;
            }
            for (var model = 0; model < ranked.Length; model++)
                values[model][resample] = model == 0 ? sums[0] : sums[0] - sums[model];
        });
        return Array.ConvertAll(values, IntervalOf);
    }

    /// <summary>The 95 % intervals of the Qini curve, each for itself.</summary>
    /// <param name="steps">So many shares of the customers of equal distance, the last of them all.</param>
    public static IReadOnlyList<(double Share, Interval Gain)> Band(IReadOnlyList<UpliftCase> cases, int steps, int seed)
    {
        var ranked = new RankedCases(cases);
        var gains = new double[steps][];
        for (var step = 0; step < steps; step++)
            gains[step] = new double[Resamples];
        Parallel.For(0, Resamples, resample =>
        {
            foreach (var (step, gain) in ranked.Gains(ranked.Drawn(new Random(unchecked(seed * 1_000_003 + resample))), steps).Index())
                gains[step][resample] = gain;
        });
        return [.. gains.Select((values, step) => ((step + 1.0) / steps, IntervalOf(values)))];
    }

    private static Interval IntervalOf(double[] values)
    {
        Array.Sort(values);
        return new Interval(values[(int)(Tail * values.Length)], values[(int)((1 - Tail) * values.Length) - 1]);
    }

    /// <summary>Customers in the order of their scores, of which each counts as often as it was drawn.</summary>
    private sealed class RankedCases
    {
        private readonly (int Place, bool EndsTie, bool Treated, double Outcome)[] ordered;

        public RankedCases(IReadOnlyList<UpliftCase> cases)
        {
            int[] places = [.. Enumerable.Range(0, cases.Count).OrderByDescending(place => cases[place].Score)];
            ordered = [.. places.Select((place, rank) => (place, rank + 1 == places.Length || cases[places[rank + 1]].Score != cases[place].Score, cases[place].Treated, cases[place].Outcome))];
        }

        /// <summary>How often each customer comes, by place, when as many are drawn with replacement.</summary>
        public int[] Drawn(Random random)
        {
            var drawn = new int[ordered.Length];
            for (var i = 0; i < drawn.Length; i++)
                drawn[random.Next(drawn.Length)]++;
            return drawn;
        }

        /// <summary>The Qini curve of the drawn customers at shares of equal distance: its value where the share is first reached.</summary>
        public double[] Gains(int[] drawn, int steps)
        {
            var (treated, control, treatedOutcome, controlOutcome, all, step) = (0.0, 0.0, 0.0, 0.0, 0.0, 0);
            var gains = new double[steps];
            foreach (var (place, endsTie, isTreated, outcome) in ordered)
            {
                var times = drawn[place];
                all += times;
                if (isTreated)
                    (treated, treatedOutcome) = (treated + times, treatedOutcome + times * outcome);
                else
                    (control, controlOutcome) = (control + times, controlOutcome + times * outcome);
                while (endsTie && step < steps && all >= (step + 1.0) / steps * ordered.Length)
                    gains[step++] = treatedOutcome - (control > 0 ? controlOutcome * treated / control : 0);
            }
            return treated == 0 ? gains : Array.ConvertAll(gains, gain => gain / treated);
        }

        /// <summary><see cref="UpliftCurve.QiniValue"/> of the drawn customers.</summary>
        public double Qini(int[] drawn)
        {
            var (treated, control, treatedOutcome, controlOutcome, all) = (0.0, 0.0, 0.0, 0.0, 0.0);
            var (area, lastShare, lastGain) = (0.0, 0.0, 0.0);
            foreach (var (place, endsTie, isTreated, outcome) in ordered)
            {
                var times = drawn[place];
                all += times;
                if (isTreated)
                    (treated, treatedOutcome) = (treated + times, treatedOutcome + times * outcome);
                else
                    (control, controlOutcome) = (control + times, controlOutcome + times * outcome);
                if (!endsTie)
                    continue;
                var gain = treatedOutcome - (control > 0 ? controlOutcome * treated / control : 0);
                area += (all - lastShare) * (gain + lastGain) / 2;
                (lastShare, lastGain) = (all, gain);
            }
            return treated == 0 || control == 0 ? 0 : (area / all - lastGain / 2) / treated;
        }
    }
}
