using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.Intrinsics;

namespace ModelOps.Features.Retrieval;

/// <summary>
/// Searches in an index, one after the other, in the same memory. A search goes through the lists from the one that may reach highest on,
/// by rounded scores, until no other is believed to reach what it has; the best are then scored exactly. Several searches at once share
/// the reading of the lists.
/// </summary>
public sealed class IndexSearch(ItemIndex index)
{
    private const int Blocks = 4;
    private const float LeastVariance = 1e-12f;

    /// <summary>Of the lists, those with which each of several searches begins alone: they tell how high the others must reach.</summary>
    private const double Alone = 0.02;

    private readonly ListRating rating = new(index);
    private readonly Candidates candidates = new(index);
    private readonly float[] asked = new float[index.Dimensions];
    private readonly sbyte[] codes = new sbyte[index.Dimensions];
    private readonly int[] products = new int[Blocks * CodeBlocks.Items];
    private readonly int[] starts = index.Starts.ToArray();
    private readonly float[] steps = index.Steps.ToArray();
    private readonly ulong[] forbidden = new ulong[index.Items / 64 + 1];
    private readonly List<RankedItem> counted = [];
    private readonly List<long> marked = [];
    private float step;
    private int zero;

    /// <summary>Standard deviations above its mean up to which a list is believed to have scores; the index says what its recall was measured with.</summary>
    public float Reach { get; init; } = index.Layout.Reach;

    /// <summary>Items whose rounded scores the last search has looked at.</summary>
    public long Scanned { get; private set; }

    /// <summary>The best allowed items, best first, of equals the lower index first; nearly always those that scoring all would give.</summary>
    /// <param name="query">A vector that <c>user.onnx</c> made.</param>
    /// <param name="never">Items that must not be in the answer.</param>
    /// <param name="fusion">How the shopper's own counts join the scores; null where they do not. What is counted is scored in any case.</param>
    /// <param name="top">Filled from its beginning.</param>
    /// <returns>How many were found.</returns>
    public int Search(ReadOnlySpan<float> query, ReadOnlySpan<long> never, FrequencyFusion? fusion, IReadOnlyDictionary<int, float> own, Span<RankedItem> top)
    {
        Begin(query, never, fusion, own, top.Length);
        Run([this]);
        return End(top);
    }

    /// <summary>Takes a question in; see <see cref="Search"/>. <see cref="Run"/> and <see cref="End"/> follow.</summary>
    /// <param name="count">Items that are asked for.</param>
    public void Begin(ReadOnlySpan<float> query, ReadOnlySpan<long> never, FrequencyFusion? fusion, IReadOnlyDictionary<int, float> own, int count)
    {
        ArgumentNullException.ThrowIfNull(own);
        query.CopyTo(asked);
        foreach (var item in never)
            Forbid(item);
        if (fusion is not null && own.Count > 0)
            Count(fusion, own);
        rating.Rate(query, Reach);
        candidates.Begin(count);
        Encode();
        Scanned = 0;
    }

    /// <summary>Goes through the lists for what was begun.</summary>
    public static void Run(ReadOnlySpan<IndexSearch> searches)
    {
        if (searches.Length == 1)
        {
            searches[0].ScanFirst(int.MaxValue);
            return;
        }
        foreach (var search in searches)
            search.ScanFirst((int)Math.Ceiling(Alone * search.starts.Length));
        if (searches.IsEmpty)
            return;
        for (var list = 0; list < searches[0].starts.Length - 1; list++)
        {
            foreach (var search in searches)
                search.ScanIfWorthwhile(list);
        }
    }

    /// <summary>Fills <paramref name="top"/> with the best. Returns how many there are.</summary>
    public int End(Span<RankedItem> top)
    {
        foreach (var item in marked)
            forbidden[item / 64] = 0;
        marked.Clear();
        var found = candidates.Best(asked, top);
        if (counted.Count == 0)
            return found;
        RankedItem[] all = [.. top[..found], .. counted];
        counted.Clear();
        Array.Sort(all, (one, other) => one.Score == other.Score ? one.Index.CompareTo(other.Index) : other.Score.CompareTo(one.Score));
        found = Math.Min(all.Length, top.Length);
        all.AsSpan(0, found).CopyTo(top);
        return found;
    }

    private void Forbid(long item)
    {
        forbidden[item / 64] |= 1UL << (int)(item % 64);
        marked.Add(item);
    }

    private bool IsForbidden(int item) => (forbidden[item / 64] >> (item % 64) & 1) != 0;

    /// <summary>Scores what is counted, and lets the lists pass over it.</summary>
    private void Count(FrequencyFusion fusion, IReadOnlyDictionary<int, float> own)
    {
        var deviation = Deviation();
        foreach (var (item, count) in own)
        {
            if (IsForbidden(item))
                continue;
            counted.Add(new RankedItem(item, TensorPrimitives.Dot(asked, index.Vector(item)) + deviation * fusion.Term(count)));
            Forbid(item);
        }
    }

    /// <summary>Of the scores of all items, as the graph computes it from them.</summary>
    private float Deviation()
    {
        var covariance = index.Covariance;
        var variance = 0f;
        for (var row = 0; row < asked.Length; row++)
            variance += asked[row] * TensorPrimitives.Dot(covariance.Slice(row * asked.Length, asked.Length), asked);
        return MathF.Sqrt(Math.Max(variance, LeastVariance));
    }

    /// <summary>Rounds the query.</summary>
    private void Encode()
    {
        var most = Math.Abs(TensorPrimitives.MaxMagnitude<float>(rating.Asked));
        step = most > 0 ? most / CodeBlocks.MostOfQuery : 1;
        var sum = 0;
        for (var d = 0; d < codes.Length; d++)
            sum += codes[d] = (sbyte)MathF.Round(rating.Asked[d] / step);
        zero = CodeBlocks.Zero * sum;
    }

    private void ScanFirst(int lists)
    {
        foreach (var list in rating.Order.AsSpan(0, Math.Min(lists, rating.Order.Length)))
        {
            if (rating.Reaches[list] < candidates.Threshold)
                break;
            ScanIfWorthwhile(list);
        }
        candidates.Settle();
    }

    /// <summary>Not below what is there already, and not twice.</summary>
    private void ScanIfWorthwhile(int list)
    {
        if (rating.Reaches[list] < candidates.Threshold || float.IsNaN(rating.Reaches[list]))
            return;
        rating.Reaches[list] = float.NaN;
        var unit = step * steps[list];
        ScanList(starts[list], starts[list + 1], unit, rating.Means[list] - unit * zero);
    }

    /// <param name="unit">What 1 of a product stands for.</param>
    /// <param name="nothing">What 0 stands for.</param>
    private void ScanList(int from, int to, float unit, float nothing)
    {
        Scanned += (to - from) * CodeBlocks.Items;
        for (var block = from; block < to; block += Blocks)
        {
            var count = Math.Min(Blocks, to - block);
            CodeBlocks.Multiply(index.Codes(block, count), codes, products);
            for (var b = 0; b < count; b++)
            {
                var scores = Vector512.FusedMultiplyAdd(Vector512.ConvertToSingle(Vector512.LoadUnsafe(ref products[b * CodeBlocks.Items])), Vector512.Create(unit), Vector512.Create(nothing));
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
            if (item != 0 && !IsForbidden(item))
                candidates.Add(item, scores[place]);
        }
        candidates.Tidy();
    }
}
