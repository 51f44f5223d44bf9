// Fawcett: An introduction to ROC analysis. 2006, https://doi.org/10.1016/j.patrec.2005.10.010
// Guo, Pleiss, Sun, Weinberger: On calibration of modern neural networks. ICML 2017, https://arxiv.org/abs/1706.04599
using System.Numerics.Tensors;

namespace ModelOps.Trainer.Messages;

/// <summary>How good a classifier's answers are.</summary>
public static class MessageMetrics
{
    private const int Bins = 15;
    private const double Z = 1.959964;

    /// <param name="scores">(messages)(classes).</param>
    public static double Accuracy(IReadOnlyList<float[]> scores, IReadOnlyList<int> labels)
    {
        ArgumentNullException.ThrowIfNull(scores);
        ArgumentNullException.ThrowIfNull(labels);
        return scores.Count == 0 ? 0 : scores.Zip(labels).Average(pair => TensorPrimitives.IndexOfMax<float>(pair.First) == pair.Second ? 1.0 : 0);
    }

    /// <summary>Wilson's 95 % interval of a share of <paramref name="count"/> cases (1927).</summary>
    public static (double Low, double High) Interval(double share, int count)
    {
        if (count == 0)
            return (0, 1);
        var (squared, size) = (Z * Z, 1 + (Z * Z / count));
        var (centre, half) = ((share + (squared / (2 * count))) / size, Z / size * Math.Sqrt((share * (1 - share) / count) + (squared / (4.0 * count * count))));
        return (centre - half, centre + half);
    }

    /// <summary>The mean of the classes' F1, over the classes that occur or are answered.</summary>
    public static double MacroF1(IReadOnlyList<float[]> scores, IReadOnlyList<int> labels)
    {
        var answered = scores.Select(score => TensorPrimitives.IndexOfMax<float>(score)).ToList();
        var hits = answered.Zip(labels).Where(pair => pair.First == pair.Second).CountBy(pair => pair.First).ToDictionary();
        var sizes = answered.Concat(labels).CountBy(label => label).ToDictionary(); // 2 TP + FP + FN
        return sizes.Count == 0 ? 0 : sizes.Average(size => 2.0 * hits.GetValueOrDefault(size.Key) / size.Value);
    }

    /// <summary>Expected calibration error over 15 bins of equal width: how far the confidence is from the share that is right.</summary>
    public static double CalibrationError(IReadOnlyList<float[]> probabilities, IReadOnlyList<int> labels) => probabilities.Zip(labels)
        .Select(pair => (Confidence: (double)pair.First.Max(), Right: TensorPrimitives.IndexOfMax<float>(pair.First) == pair.Second ? 1.0 : 0))
        .GroupBy(answer => Math.Min(Bins - 1, (int)(answer.Confidence * Bins)))
        .Sum(bin => Math.Abs(bin.Average(answer => answer.Right) - bin.Average(answer => answer.Confidence)) * bin.Count()) / Math.Max(1, labels.Count);

    /// <summary>The area under the ROC curve: how often a positive has a higher score than a negative, ties counting half.</summary>
    public static double Auc(IEnumerable<double> positives, IEnumerable<double> negatives)
    {
        var ranked = positives.Select(score => (Score: score, Positive: true)).Concat(negatives.Select(score => (Score: score, Positive: false))).OrderBy(pair => pair.Score).ToList();
        var (sum, below, count) = (0d, 0d, 0d);
        foreach (var tied in ranked.GroupBy(pair => pair.Score))
        {
            var (up, down) = (tied.Count(pair => pair.Positive), tied.Count(pair => !pair.Positive));
            sum += up * (below + (down / 2.0));
            (below, count) = (below + down, count + up);
        }
        return count * below == 0 ? .5 : sum / (count * below);
    }
}
