using ModelOps.Trainer.Onnx;

namespace ModelOps.Trainer.Architectures;

/// <summary>Nothing to choose.</summary>
public sealed record PopularitySettings;

/// <summary>The same for everyone: the logarithm of an item's count, in standard deviations over the items.</summary>
public sealed class Popularity : IRecommender
{
    public const string Name = "popularity";

    private readonly float[] row;

    private Popularity(float[] row, int length) => (this.row, Length) = (row, length);

    public static Popularity Count(Observed observed)
    {
        ArgumentNullException.ThrowIfNull(observed);
        var postings = new Postings(observed.Sequences, observed.Items);
        var logarithms = Enumerable.Range(1, observed.Items).Select(item => Math.Log(1 + postings.CountOf(item))).ToArray();
        var mean = logarithms.DefaultIfEmpty().Average();
        var deviation = Math.Max(1e-6, Math.Sqrt(logarithms.Select(value => (value - mean) * (value - mean)).DefaultIfEmpty().Average()));
        return new Popularity([0, .. logarithms.Select(value => (float)((value - mean) / deviation))], observed.Length);
    }

    /// <summary>Scores by item index.</summary>
    internal ReadOnlySpan<float> Row => row;

    public int Items => row.Length - 1;

    public int Length { get; }

    public void Score(ReadOnlySpan<long> histories, Span<float> scores)
    {
        for (var at = 0; at < scores.Length; at += row.Length)
            row.CopyTo(scores[at..]);
    }

    public string Export(GraphBuilder graph, string history)
    {
        ArgumentNullException.ThrowIfNull(graph);
        return graph.Node("Add", [graph.Zeros(history, row.Length), graph.Constant("popularity", row)]);
    }

    public void Dispose()
    {
    }
}
