using System.Numerics;
using System.Runtime.InteropServices;

namespace ModelOps.Features;

/// <summary>
/// In a shop where people buy the same things again, what a shopper bought says more than any model. The score becomes
/// (model score − row's mean) / row's deviation + <paramref name="Weight"/> · count ^ <paramref name="Power"/>.
/// </summary>
/// <param name="Weight">Of the shopper's own counts, in standard deviations of the model's scores.</param>
/// <param name="Power">Below 1 the tenth purchase counts less than the first.</param>
/// <param name="HalfLifeDays">A purchase this old counts half; null where age does not matter.</param>
public sealed record FrequencyFusion(double Weight, double Power, double? HalfLifeDays)
{
    /// <summary>What a purchase of <paramref name="age"/> adds to its item's count.</summary>
    public double CountOf(TimeSpan age) => HalfLifeDays is { } halfLife ? Math.Pow(0.5, Math.Max(0, age.TotalDays) / halfLife) : 1;

    /// <summary>
    /// Adds the counts to a row of model scores, in place. Ranks as the formula does, but leaves the row in the model's own unit:
    /// only the counted columns change.
    /// </summary>
    /// <param name="scores">Column 0 is the padding's and stays out of mean and deviation.</param>
    public void Apply(Span<float> scores, IEnumerable<KeyValuePair<int, float>> counts)
    {
        ArgumentNullException.ThrowIfNull(counts);
        var deviation = Deviation(scores[1..]);
        foreach (var (index, count) in counts)
            scores[index] += deviation * Term(count);
    }

    /// <summary>What <paramref name="count"/> adds, in standard deviations.</summary>
    public float Term(float count) => (float)(Weight * Math.Pow(count, Power));

    /// <summary>The standard deviation, in one pass over the vector lanes; at least a millionth, so that a flat row still ranks by counts.</summary>
    public static float Deviation(ReadOnlySpan<float> scores)
    {
        if (scores.IsEmpty)
            return 1;
        var shift = new Vector<float>(scores[0]); // keeps the squares small
        var vectors = MemoryMarshal.Cast<float, Vector<float>>(scores);
        Vector<float> sum = default, squares = default;
        foreach (var vector in vectors)
        {
            var shifted = vector - shift;
            sum += shifted;
            squares += shifted * shifted;
        }
        double total = Vector.Sum(sum), totalSquares = Vector.Sum(squares);
        foreach (var score in scores[(vectors.Length * Vector<float>.Count)..])
        {
            var shifted = score - scores[0];
            total += shifted;
            totalSquares += shifted * shifted;
        }
        var mean = total / scores.Length;
        return (float)Math.Sqrt(Math.Max(totalSquares / scores.Length - mean * mean, 1e-12));
    }
}
