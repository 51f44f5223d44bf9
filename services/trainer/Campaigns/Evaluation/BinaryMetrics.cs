using ModelOps.Trainer.Evaluation;

namespace ModelOps.Trainer.Campaigns.Evaluation;

/// <summary>How well scores tell those who respond from those who do not.</summary>
public static class BinaryMetrics
{
    private const double Normal95 = 1.96;

    /// <summary>The probability that a responder has the higher score; equal scores count a half (Mann and Whitney, 1947). NaN where one kind is absent.</summary>
    public static double Auc(IReadOnlyList<double> scores, IReadOnlyList<float> labels)
    {
        var (pairs, positives, seen) = (0.0, 0.0, 0.0);
        foreach (var (yes, no) in Ties(scores, labels, descending: false))
        {
            pairs += yes * (seen + no / 2);
            (positives, seen) = (positives + yes, seen + no);
        }
        return pairs / (positives * seen);
    }

    /// <summary><see cref="Auc"/> with the 95 % interval of Hanley and McNeil (Radiology 143, 1982); from 0 to 1 where one kind is absent.</summary>
    public static (double Value, Interval Interval) AucWithInterval(IReadOnlyList<double> scores, IReadOnlyList<float> labels)
    {
        var (yes, no) = ((double)labels.Count(label => label > 0), (double)labels.Count(label => label == 0));
        if (yes == 0 || no == 0)
            return (0.5, new Interval(0, 1));
        var auc = Auc(scores, labels);
        var (first, second) = (auc / (2 - auc), 2 * auc * auc / (1 + auc));
        var half = Normal95 * Math.Sqrt((auc * (1 - auc) + (yes - 1) * (first - auc * auc) + (no - 1) * (second - auc * auc)) / (yes * no));
        return (auc, new Interval(auc - half, auc + half));
    }

    /// <summary>Average precision: the sum over falling scores of precision times the recall gained. Equal scores enter together.</summary>
    public static double AveragePrecision(IReadOnlyList<double> scores, IReadOnlyList<float> labels)
    {
        var (sum, hits, all) = (0.0, 0.0, 0.0);
        foreach (var (yes, no) in Ties(scores, labels, descending: true))
        {
            (hits, all) = (hits + yes, all + yes + no);
            sum += yes * hits / all;
        }
        return sum / hits;
    }

    /// <summary>Mean negative logarithm of the probability given to what happened.</summary>
    public static double LogLoss(IReadOnlyList<double> probabilities, IReadOnlyList<float> labels)
    {
        ArgumentNullException.ThrowIfNull(probabilities);
        return probabilities.Zip(labels, (probability, label) => -Math.Log(Math.Clamp(label > 0 ? probability : 1 - probability, 1e-12, 1))).Average();
    }

    /// <summary>Mean squared distance of the probability from what happened (Brier, 1950).</summary>
    public static double Brier(IReadOnlyList<double> probabilities, IReadOnlyList<float> labels)
    {
        ArgumentNullException.ThrowIfNull(probabilities);
        return probabilities.Zip(labels, (probability, label) => (probability - label) * (probability - label)).Average();
    }

    /// <summary>Expected calibration error: over ten groups of equal size by probability, the mean distance of the mean probability from the rate.</summary>
    public static double CalibrationError(IReadOnlyList<double> probabilities, IReadOnlyList<float> labels)
    {
        ArgumentNullException.ThrowIfNull(probabilities);
        var ordered = probabilities.Zip(labels).OrderBy(pair => pair.First).ToArray();
        return ordered.Chunk(Math.Max(1, (ordered.Length + 9) / 10)).Sum(group => group.Length * Math.Abs(group.Average(pair => pair.First) - group.Average(pair => pair.Second))) / ordered.Length;
    }

    /// <summary>How many of each kind have each score.</summary>
    private static IEnumerable<(double Yes, double No)> Ties(IReadOnlyList<double> scores, IReadOnlyList<float> labels, bool descending)
    {
        int[] order = [.. Enumerable.Range(0, scores.Count)];
        Array.Sort(scores.ToArray(), order);
        if (descending)
            Array.Reverse(order);
        for (var i = 0; i < order.Length;)
        {
            var (yes, no, score) = (0.0, 0.0, scores[order[i]]);
            for (; i < order.Length && scores[order[i]] == score; i++)
                (yes, no) = labels[order[i]] > 0 ? (yes + 1, no) : (yes, no + 1);
            yield return (yes, no);
        }
    }
}
