namespace ModelOps.Features.Retrieval;

/// <summary>Items list by list: what an index keeps of them.</summary>
internal sealed class PackedLists
{
    private readonly float[] turned;
    private readonly int dimensions, lists;

    public PackedLists(IndexPlan plan, int dimensions)
    {
        (turned, this.dimensions, lists) = (plan.Turned, dimensions, plan.Lists);
        var firsts = new int[lists + 1];
        foreach (var list in plan.ListOf)
            firsts[list + 1]++;
        Starts = new int[lists + 1];
        for (var list = 0; list < lists; list++)
        {
            Starts[list + 1] = Starts[list] + (firsts[list + 1] + CodeBlocks.Items - 1) / CodeBlocks.Items;
            firsts[list + 1] += firsts[list];
        }
        (Means, Variances, Steps) = (new float[dimensions * lists], new float[dimensions * lists], new float[lists]);
        Places = new int[Starts[^1] * CodeBlocks.Items];
        Codes = new byte[(long)Starts[^1] * CodeBlocks.Bytes(dimensions)];
        var members = new int[plan.ListOf.Length];
        var next = firsts[..^1];
        for (var row = 0; row < members.Length; row++)
            members[next[plan.ListOf[row]]++] = row;
        Parallel.For(0, lists, list => Pack(list, members.AsSpan(firsts[list]..firsts[list + 1])));
    }

    public float[] Means { get; }

    public float[] Variances { get; }

    public float[] Steps { get; }

    public int[] Starts { get; }

    public int[] Places { get; }

    public byte[] Codes { get; }

    private void Pack(int list, ReadOnlySpan<int> rows)
    {
        var most = Measure(list, rows);
        var step = Steps[list] = most > 0 ? most / CodeBlocks.MostOfItem : 1;
        Codes.AsSpan(Starts[list] * CodeBlocks.Bytes(dimensions), (Starts[list + 1] - Starts[list]) * CodeBlocks.Bytes(dimensions)).Fill(CodeBlocks.Zero);
        for (var i = 0; i < rows.Length; i++)
        {
            Places[Starts[list] * CodeBlocks.Items + i] = rows[i] + 1;
            var block = Codes.AsSpan((Starts[list] + i / CodeBlocks.Items) * CodeBlocks.Bytes(dimensions), CodeBlocks.Bytes(dimensions));
            for (var d = 0; d < dimensions; d++)
                block[CodeBlocks.Place(i % CodeBlocks.Items, d)] = (byte)(CodeBlocks.Zero + (int)MathF.Round((turned[rows[i] * dimensions + d] - Means[d * lists + list]) / step));
        }
    }

    /// <summary>Mean and variance of each dimension. Returns the largest distance from the mean in any.</summary>
    private float Measure(int list, ReadOnlySpan<int> rows)
    {
        var most = 0f;
        for (var d = 0; d < dimensions; d++)
        {
            var (sum, squares) = (0.0, 0.0);
            foreach (var row in rows)
                sum += turned[row * dimensions + d];
            var mean = (float)(sum / Math.Max(1, rows.Length));
            foreach (var row in rows)
            {
                var apart = turned[row * dimensions + d] - mean;
                squares += (double)apart * apart;
                most = Math.Max(most, Math.Abs(apart));
            }
            (Means[d * lists + list], Variances[d * lists + list]) = (mean, (float)(squares / Math.Max(1, rows.Length)));
        }
        return most;
    }
}
