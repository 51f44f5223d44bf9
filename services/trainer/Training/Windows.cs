namespace ModelOps.Trainer.Training;

/// <summary>
/// The histories that a model learns from, as windows of at most length + 1 items: the first are inputs, the last are targets.
/// A longer history gives several windows, so that each item of it is a target once.
/// </summary>
public sealed class Windows
{
    /// <summary>Batches among which windows of like length are gathered, so that little of a batch is padding.</summary>
    private const int BatchesInPool = 24;

    private readonly List<Window> windows;
    private readonly int length;

    /// <param name="counts">How many interactions of each user may be learned from.</param>
    /// <param name="halfLifeDays">A target this much older than the newest one counts half; null where age does not matter.</param>
    public Windows(Interactions interactions, int[] counts, int length, double? halfLifeDays = null)
    {
        ArgumentNullException.ThrowIfNull(interactions);
        ArgumentNullException.ThrowIfNull(counts);
        (this.length, windows) = (length, []);
        var weights = new TargetWeights(interactions, counts, halfLifeDays);
        for (var user = 0; user < counts.Length; user++)
        {
            var items = interactions.Sequence(user, counts[user]);
            var own = weights.Of(user);
            for (var end = items.Count; end > 1; end -= length)
            {
                var start = Math.Max(0, end - length - 1);
                windows.Add(new Window([.. items[start..end]], own?[start..end]));
            }
        }
    }

    /// <param name="windows">See <see cref="All"/>.</param>
    internal Windows(IEnumerable<Window> windows, int length) => (this.length, this.windows) = (length, [.. windows]);

    public int Count => windows.Count;

    internal IReadOnlyList<Window> All => windows;

    /// <summary>All windows in batches, shuffled anew for each seed.</summary>
    public IEnumerable<Batch> Batches(int size, int seed)
    {
        var random = new Random(seed);
        var order = windows.ToArray();
        random.Shuffle(order);
        var batches = order.Chunk(size * BatchesInPool)
            .SelectMany(pool => pool.OrderBy(window => window.Items.Length).Chunk(size))
            .ToArray();
        random.Shuffle(batches);
        return batches.Select(Pad);
    }

    private Batch Pad(Window[] batch)
    {
        var columns = Math.Min(length, batch.Max(window => window.Items.Length) - 1);
        var inputs = new long[batch.Length * columns];
        var targets = new long[batch.Length * columns];
        var weights = batch[0].Weights is null ? null : new float[batch.Length * columns];
        for (var row = 0; row < batch.Length; row++)
        {
            var window = batch[row].Items;
            var first = (row + 1) * columns - (window.Length - 1);
            for (var i = 0; i < window.Length - 1; i++)
            {
                inputs[first + i] = window[i];
                targets[first + i] = window[i + 1];
                if (weights is not null)
                    weights[first + i] = batch[row].Weights![i + 1];
            }
        }
        return new Batch(inputs, targets, weights, batch.Length, columns);
    }
}

/// <param name="Items">In their order.</param>
/// <param name="Weights">What each counts as a target; null where all count the same.</param>
internal sealed record Window(int[] Items, float[]? Weights);

/// <param name="Inputs">Row by row, left-padded with 0.</param>
/// <param name="Targets">The item that follows each input, 0 where there is only padding.</param>
/// <param name="Weights">What each target counts; null where all count the same.</param>
public sealed record Batch(long[] Inputs, long[] Targets, float[]? Weights, int Rows, int Columns)
{
    /// <summary>What all targets count together.</summary>
    public double Counts => Weights?.Sum(weight => (double)weight) ?? Targets.Count(target => target != 0);

    /// <summary>The rows that one of <paramref name="parts"/> takes; where there are fewer rows than parts, the last row for all that are left over.</summary>
    public Batch Part(int part, int parts)
    {
        var (from, rows) = Rows < parts ? (Math.Min(part, Rows - 1), 1) : (Border(part), Border(part + 1) - Border(part));
        var range = (from * Columns)..((from + rows) * Columns);
        return new Batch(Inputs[range], Targets[range], Weights?[range], rows, Columns);

        int Border(int at) => (int)((long)at * Rows / parts);
    }
}
