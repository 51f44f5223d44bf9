using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.Intrinsics;

namespace ModelOps.Features.Retrieval;

/// <summary>
/// Searches in an index, one after the other, in the same memory. A search goes through the lists from the one that may reach highest on,
/// by rounded scores, until no other is believed to reach what it has; the best are then scored exactly.
/// </summary>
public sealed class IndexSearch(ItemIndex index)
{
    private const int Blocks = 4;
    private const float LeastVariance = 1e-12f;
    private readonly ListRating rating = new(index);
    private readonly Candidates candidates = new(index);
    private readonly sbyte[] codes = new sbyte[index.Dimensions];
    private readonly int[] products = new int[Blocks * CodeBlocks.Items];
    private readonly int[] starts = index.Starts.ToArray();
    private readonly float[] steps = index.Steps.ToArray();
    private readonly ulong[] forbidden = new ulong[index.Items / 64 + 1];

    /// <summary>Standard deviations above its mean up to which a list is believed to have scores; the index says what its recall was measured with.</summary>
    public float Reach { get; init; } = index.Layout.Reach;

    /// <summary>Items whose rounded scores the last search has looked at.</summary>
    public long Scanned { get; private set; }

    /// <summary>The best allowed items, best first, of equals the lower index first; nearly always those that scoring all would give.</summary>
    /// <param name="query">A vector that <c>user.onnx</c> made.</param>
    /// <param name="never">Items that must not be in the answer.</param>
    /// <param name="top">Filled from its beginning.</param>
    /// <returns>How many were found.</returns>
    public int Search(ReadOnlySpan<float> query, ReadOnlySpan<long> never, Span<RankedItem> top)
    {
        if (top.IsEmpty)
            return 0;
        foreach (var item in never)
            forbidden[item / 64] |= 1UL << (int)(item % 64);
        rating.Rate(query, Reach);
        candidates.Begin(top.Length);
        Scan();
        foreach (var item in never)
            forbidden[item / 64] = 0;
        return candidates.Best(query, top);
    }

    /// <summary>As <see cref="Search"/>, with the shopper's own counts: what is counted is scored in any case, the lists are searched for the others.</summary>
    /// <param name="fusion">How counts join the scores; null where they do not.</param>
    public int Rank(ReadOnlySpan<float> query, ReadOnlySpan<long> never, FrequencyFusion? fusion, IReadOnlyDictionary<int, float> own, Span<RankedItem> top)
    {
        ArgumentNullException.ThrowIfNull(own);
        if (fusion is null || own.Count == 0)
            return Search(query, never, top);
        var deviation = Deviation(query);
        var counted = new List<RankedItem>(own.Count);
        foreach (var (item, count) in own)
        {
            if (!never.Contains(item))
                counted.Add(new RankedItem(item, TensorPrimitives.Dot(query, index.Vector(item)) + deviation * fusion.Term(count)));
        }
        var found = Search(query, [.. never, .. own.Keys.Select(item => (long)item)], top);
        RankedItem[] all = [.. top[..found], .. counted];
        Array.Sort(all, (one, other) => one.Score == other.Score ? one.Index.CompareTo(other.Index) : other.Score.CompareTo(one.Score));
        var filled = Math.Min(all.Length, top.Length);
        all.AsSpan(0, filled).CopyTo(top);
        return filled;
    }

    /// <summary>Of the scores of all items, as the graph computes it from them.</summary>
    private float Deviation(ReadOnlySpan<float> query)
    {
        var covariance = index.Covariance;
        var variance = 0f;
        for (var row = 0; row < query.Length; row++)
            variance += query[row] * TensorPrimitives.Dot(covariance.Slice(row * query.Length, query.Length), query);
        return MathF.Sqrt(Math.Max(variance, LeastVariance));
    }

    private void Scan()
    {
        var step = Encode();
        var zero = CodeBlocks.Zero * codes.Sum(code => code);
        Scanned = 0;
        foreach (var list in rating.Order)
        {
            if (rating.Reaches[list] < candidates.Threshold)
                break;
            var unit = step * steps[list];
            ScanList(starts[list], starts[list + 1], unit, rating.Means[list] - unit * zero);
        }
    }

    /// <summary>Rounds the query. Returns what one of its codes stands for.</summary>
    private float Encode()
    {
        var most = Math.Abs(TensorPrimitives.MaxMagnitude<float>(rating.Asked));
        var step = most > 0 ? most / CodeBlocks.MostOfQuery : 1;
        for (var d = 0; d < codes.Length; d++)
            codes[d] = (sbyte)MathF.Round(rating.Asked[d] / step);
        return step;
    }

    /// <param name="unit">What 1 of a product stands for.</param>
    /// <param name="zero">What 0 stands for.</param>
    private void ScanList(int from, int to, float unit, float zero)
    {
        Scanned += (to - from) * CodeBlocks.Items;
        for (var block = from; block < to; block += Blocks)
        {
            var count = Math.Min(Blocks, to - block);
            CodeBlocks.Multiply(index.Codes(block, count), codes, products);
            for (var b = 0; b < count; b++)
            {
                var scores = Vector512.FusedMultiplyAdd(Vector512.ConvertToSingle(Vector512.LoadUnsafe(ref products[b * CodeBlocks.Items])), Vector512.Create(unit), Vector512.Create(zero));
                var above = Vector512.GreaterThan(scores, Vector512.Create(candidates.Threshold)).ExtractMostSignificantBits();
                if (above != 0)
                    Take(index.Places(block + b, 1), scores, above);
            }
        }
    }

    private void Take(ReadOnlySpan<int> items, Vector512<float> scores, ulong above)
    {
        for (; above != 0; above &= above - 1)
        {
            var place = BitOperations.TrailingZeroCount(above);
            var item = items[place];
            if (item != 0 && (forbidden[item / 64] >> (item % 64) & 1) == 0)
                candidates.Add(item, scores[place]);
        }
        candidates.Tidy();
    }
}
