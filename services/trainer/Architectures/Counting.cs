using ModelOps.Trainer.Onnx;

namespace ModelOps.Trainer.Architectures;

/// <summary>Where each item occurs.</summary>
public sealed class Postings
{
    private readonly int[] offsets;
    private readonly (int Sequence, int Place)[] all;

    public Postings(int[][] sequences, int items)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        offsets = new int[items + 2];
        foreach (var sequence in sequences)
            foreach (var item in sequence)
                offsets[item + 1]++;
        for (var item = 1; item < offsets.Length; item++)
            offsets[item] += offsets[item - 1];
        all = new (int, int)[offsets[^1]];
        var next = offsets[..^1];
        for (var s = 0; s < sequences.Length; s++)
            for (var place = 0; place < sequences[s].Length; place++)
                all[next[sequences[s][place]]++] = (s, place);
    }

    public int CountOf(int item) => offsets[item + 1] - offsets[item];

    /// <summary>In the order of the sequences, and within one of the places.</summary>
    public ReadOnlySpan<(int Sequence, int Place)> Of(int item) => all.AsSpan(offsets[item]..offsets[item + 1]);
}

/// <summary>Sums by index that are emptied in the time of what was added.</summary>
public sealed class Tally(int highest)
{
    private readonly double[] sums = new double[highest + 1];
    private readonly List<int> touched = [];

    public double this[int index] => sums[index];

    public void Add(int index, double value)
    {
        if (sums[index] == 0)
            touched.Add(index);
        sums[index] += value;
    }

    /// <summary>Writes the indices of the highest values, highest first and of equals the lower index first, and empties the tally. The rest stays 0.</summary>
    public void TakeBest(Func<int, double> value, Span<int> indices, Span<float> values)
    {
        ArgumentNullException.ThrowIfNull(value);
        var best = touched.Select(index => (Index: index, Value: value(index)))
            .OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Index).Take(indices.Length);
        var at = 0;
        foreach (var (index, worth) in best)
            (indices[at], values[at++]) = (index, (float)worth);
        Clear();
    }

    public void Clear()
    {
        foreach (var index in touched)
            sums[index] = 0;
        touched.Clear();
    }
}

/// <summary>Counted scores as a share of the best in their row.</summary>
public static class RowScale
{
    private const float Tiny = 1e-9f;

    /// <param name="row">Column 0 is emptied.</param>
    public static void OverBest(Span<float> row)
    {
        row[0] = 0;
        var scale = 1 / Math.Max(Tiny, System.Numerics.Tensors.TensorPrimitives.Max<float>(row));
        System.Numerics.Tensors.TensorPrimitives.Multiply(row, scale, row);
    }

    public static string ExportOverBest(GraphBuilder graph, string rows)
    {
        ArgumentNullException.ThrowIfNull(graph);
        var best = graph.Node("ReduceMax", [rows, graph.Constant("axis1", 1L)], ("keepdims", 1L)); // (batch, 1)
        return graph.Node("Div", [rows, graph.Node("Max", [best, graph.Constant("least", Tiny)])]);
    }
}
