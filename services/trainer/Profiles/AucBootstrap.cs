using ModelOps.Trainer.Evaluation;

namespace ModelOps.Trainer.Profiles;

/// <summary>
/// How far an AUC would move with other shoppers of the same kind: each resample draws shoppers with replacement, each with all of its rows.
/// Two scores are resampled alike, so that the interval of their difference is a paired one. The same seed gives the same intervals.
/// </summary>
public static class AucBootstrap
{
    private const int Resamples = 500;
    private const double Tail = 0.025;

    /// <param name="users">By row; rows of one shopper come and go together.</param>
    /// <returns>The 95 % intervals of the model's AUC and of its lead over the peer.</returns>
    public static (Interval Model, Interval Lead) Of(double[] model, double[] peer, float[] labels, int[] users, int seed)
    {
        ArgumentNullException.ThrowIfNull(users);
        var places = users.Distinct().Index().ToDictionary(pair => pair.Item, pair => pair.Index);
        var rows = Array.ConvertAll(users, user => places[user]);
        var (ours, theirs) = (new Ranked(model, labels, rows), new Ranked(peer, labels, rows));
        var (values, leads) = (new double[Resamples], new double[Resamples]);
        Parallel.For(0, Resamples, resample =>
        {
            var random = new Random(unchecked(seed * 1_000_003 + resample));
            var drawn = new int[places.Count];
            for (var i = 0; i < drawn.Length; i++)
                drawn[random.Next(drawn.Length)]++;
            values[resample] = ours.Auc(drawn);
            leads[resample] = values[resample] - theirs.Auc(drawn);
        });
        return (IntervalOf(values), IntervalOf(leads));
    }

    private static Interval IntervalOf(double[] values)
    {
        Array.Sort(values); // NaN, of a resample without both kinds, comes first and is left out
        var real = values.AsSpan(values.Count(double.IsNaN));
        return real.IsEmpty ? new Interval(0, 1) : new Interval(real[(int)(Tail * real.Length)], real[Math.Max(0, (int)((1 - Tail) * real.Length) - 1)]);
    }

    /// <summary>Rows by rising score; sorted once for all resamples.</summary>
    private sealed class Ranked
    {
        private readonly int[] shoppers;
        private readonly double[] scores;
        private readonly float[] labels;

        public Ranked(double[] scores, float[] labels, int[] shoppers)
        {
            int[] order = [.. Enumerable.Range(0, scores.Length)];
            this.scores = [.. scores];
            Array.Sort(this.scores, order);
            (this.shoppers, this.labels) = (Array.ConvertAll(order, row => shoppers[row]), Array.ConvertAll(order, row => labels[row]));
        }

        /// <param name="drawn">How often each shopper is there.</param>
        public double Auc(int[] drawn)
        {
            var (pairs, positives, seen) = (0.0, 0.0, 0.0);
            for (var i = 0; i < scores.Length;)
            {
                var (yes, no, score) = (0.0, 0.0, scores[i]);
                for (; i < scores.Length && scores[i] == score; i++)
                {
                    if (labels[i] > 0)
                        yes += drawn[shoppers[i]];
                    else
                        no += drawn[shoppers[i]];
                }
                pairs += yes * (seen + no / 2);
                (positives, seen) = (positives + yes, seen + no);
            }
            return pairs / (positives * seen);
        }
    }
}
