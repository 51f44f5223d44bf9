using ModelOps.Trainer.Onnx;

namespace ModelOps.Trainer.Architectures;

/// <summary>Items that are like others. Those of a history ask for their neighbours, the last one loudest; scores are over the best of the row.</summary>
public sealed class Neighbours : IRecommender
{
    /// <summary>An item that asks with less than this says nothing.</summary>
    private const double Faintest = 0.01;

    private readonly string name;
    private readonly int width;
    private readonly int[] neighbours; // (items + 1, width)
    private readonly float[] similarities; // (items + 1, width)
    private readonly float[] asking; // (reach), the oldest first

    private Neighbours(string name, int length, int width, int[] neighbours, float[] similarities, double memory)
    {
        (this.name, Length, this.width, this.neighbours, this.similarities) = (name, length, width, neighbours, similarities);
        var reach = memory >= 1 ? length : Math.Min(length, 1 + (int)(Math.Log(Faintest) / Math.Log(memory)));
        asking = [.. Enumerable.Range(0, reach).Select(place => (float)Math.Pow(memory, reach - 1 - place))];
    }

    public int Items => neighbours.Length / width - 1;

    public int Length { get; }

    /// <summary>Finds each item's best neighbours.</summary>
    /// <param name="name">Of the tables in the graph.</param>
    /// <param name="memory">The item before the last one asks this much of the last one, and so on.</param>
    /// <param name="most">Kept of each item.</param>
    /// <param name="tell">Adds what an item is near to a tally, and says how alike each of those is.</param>
    public static Neighbours Find(string name, Observed observed, double memory, int most, Func<int, Tally, Func<int, double>> tell)
    {
        ArgumentNullException.ThrowIfNull(observed);
        var width = Math.Min(most, observed.Items);
        var neighbours = new int[(observed.Items + 1) * width];
        var similarities = new float[(observed.Items + 1) * width];
        Parallel.For(1, observed.Items + 1, () => new Tally(observed.Items), (item, _, tally) =>
        {
            tally.TakeBest(tell(item, tally), neighbours.AsSpan(item * width, width), similarities.AsSpan(item * width, width));
            return tally;
        }, _ => { });
        return new Neighbours(name, observed.Length, width, neighbours, similarities, memory);
    }

    public void Score(ReadOnlySpan<long> histories, Span<float> scores)
    {
        scores.Clear();
        var columns = Items + 1;
        for (var (row, from) = (0, 0); from < histories.Length; row++, from += Length)
        {
            var asked = histories.Slice(from + Length - asking.Length, asking.Length);
            var into = scores.Slice(row * columns, columns);
            for (var place = 0; place < asked.Length; place++)
            {
                var start = (int)asked[place] * width;
                for (var n = start; n < start + width && similarities[n] > 0; n++)
                    into[neighbours[n]] += asking[place] * similarities[n];
            }
            RowScale.OverBest(into);
        }
    }

    public string Export(GraphBuilder graph, string history)
    {
        ArgumentNullException.ThrowIfNull(graph);
        var asked = graph.LastColumns(history, asking.Length); // (batch, reach)
        var who = graph.Node("Gather", [graph.Constant($"{name}.neighbours", neighbours, Items + 1, width), asked], ("axis", 0L)); // (batch, reach, width)
        var how = graph.Node("Gather", [graph.Constant($"{name}.similarities", similarities, Items + 1, width), asked], ("axis", 0L));
        how = graph.Node("Mul", [how, graph.Constant($"{name}.asking", asking, asking.Length, 1)]);
        var flat = graph.Constant("flat", new long[] { 0, -1 });
        var sum = graph.Node(
            "ScatterElements",
            [graph.Zeros(history, Items + 1), graph.Node("Reshape", [who, flat]), graph.Node("Reshape", [how, flat])],
            ("axis", 1L), ("reduction", "add")); // (batch, items + 1)
        return RowScale.ExportOverBest(graph, sum);
    }

    public void Dispose()
    {
    }
}
