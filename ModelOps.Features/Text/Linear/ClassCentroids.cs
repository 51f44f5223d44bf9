// Han, Karypis: Centroid-Based Document Classification. PKDD 2000, https://doi.org/10.1007/3-540-45372-5_46
using System.Runtime.InteropServices;

namespace ModelOps.Features.Text.Linear;

/// <summary>
/// The mean text of each class: how near a text is to what its class is usually about says whether it is of any class at all, which the
/// scores of classes that are told from each other do not. Of each mean the terms that weigh most are kept.
/// </summary>
public sealed class ClassCentroids
{
    private const int MostTerms = 600;

    private readonly int[] starts; // (terms + 1)
    private readonly int[] classes;
    private readonly float[] weights;

    private ClassCentroids(int count, int[] starts, int[] classes, float[] weights) => (Classes, this.starts, this.classes, this.weights) = (count, starts, classes, weights);

    public int Classes { get; }

    /// <param name="labels">(rows), 0 to <paramref name="count"/> − 1.</param>
    public static ClassCentroids Of(SparseRows rows, IReadOnlyList<int> labels, int count)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(labels);
        var sums = Enumerable.Range(0, count).Select(_ => new Dictionary<int, float>()).ToArray();
        for (var row = 0; row < rows.Count; row++)
        {
            var sum = sums[labels[row]];
            var columns = rows.Columns(row);
            var values = rows.Values(row);
            for (var i = 0; i < columns.Length; i++)
                CollectionsMarshal.GetValueRefOrAddDefault(sum, columns[i], out _) += values[i];
        }
        var kept = sums.SelectMany((sum, label) =>
        {
            var length = MathF.Sqrt(sum.Values.Sum(value => value * value));
            return sum.OrderByDescending(term => term.Value).ThenBy(term => term.Key).Take(MostTerms).Select(term => (Term: term.Key, Class: label, Weight: term.Value / length));
        }).OrderBy(cell => cell.Term).ThenBy(cell => cell.Class).ToList();
        var starts = new int[rows.Width + 1];
        foreach (var (term, _, _) in kept)
            starts[term + 1]++;
        for (var term = 0; term < rows.Width; term++)
            starts[term + 1] += starts[term];
        return new ClassCentroids(count, starts, [.. kept.Select(cell => cell.Class)], [.. kept.Select(cell => cell.Weight)]);
    }

    /// <param name="cosines">(classes), overwritten: with each class's mean, 0 to 1.</param>
    public void Score(TermVector vector, Span<float> cosines)
    {
        ArgumentNullException.ThrowIfNull(vector);
        cosines.Clear();
        var squares = 0f;
        var columns = vector.Columns;
        var values = vector.Values;
        for (var i = 0; i < columns.Length; i++)
        {
            squares += values[i] * values[i];
            for (var at = starts[columns[i]]; at < starts[columns[i] + 1]; at++)
                cosines[classes[at]] += values[i] * weights[at];
        }
        var length = MathF.Sqrt(squares);
        foreach (ref var cosine in cosines)
            cosine = length > 0 ? cosine / length : 0;
    }

    internal void Write(BinaryWriter writer)
    {
        writer.Write(Classes);
        writer.Write(weights.Length);
        for (var term = 0; term + 1 < starts.Length; term++)
        {
            for (var at = starts[term]; at < starts[term + 1]; at++)
            {
                writer.Write(term);
                writer.Write((ushort)classes[at]);
                writer.Write((Half)weights[at]);
            }
        }
    }

    /// <exception cref="InvalidDataException">What was read is not what was written.</exception>
    internal static ClassCentroids Read(BinaryReader reader, int terms)
    {
        var (count, cells) = (reader.ReadInt32(), reader.ReadInt32());
        if (count < 1 || cells < 0 || cells > (long)count * MostTerms)
            throw Unfit();
        var (starts, classes, weights, last) = (new int[terms + 1], new int[cells], new float[cells], 0);
        for (var at = 0; at < cells; at++)
        {
            var (term, label, weight) = (reader.ReadInt32(), reader.ReadUInt16(), (float)reader.ReadHalf());
            if (term < last || term >= terms || label >= count || !float.IsFinite(weight))
                throw Unfit();
            starts[term + 1]++;
            (classes[at], weights[at], last) = (label, weight, term);
        }
        for (var term = 0; term < terms; term++)
            starts[term + 1] += starts[term];
        return new ClassCentroids(count, starts, classes, weights);
    }

    private static InvalidDataException Unfit() => new("The text classifier's means do not fit its terms. Train and register the model again.");
}
