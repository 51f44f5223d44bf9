using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ModelOps.Features.Retrieval;

/// <summary>The lists of an index as a query looks at them: the mean score of each, and what its best are believed to reach.</summary>
internal sealed class ListRating(ItemIndex index)
{
    private const int Buckets = 1024;
    private readonly float[] squares = new float[index.Dimensions];
    private readonly int[] buckets = new int[Buckets + 1];

    /// <summary>The query, turned.</summary>
    public float[] Asked { get; } = new float[index.Dimensions];

    public float[] Means { get; } = new float[index.Lists];

    public float[] Reaches { get; } = new float[index.Lists];

    /// <summary>The lists, from the highest reach to the lowest, in steps of a thousandth of the distance between the two.</summary>
    public int[] Order { get; } = new int[index.Lists];

    /// <param name="reach">Standard deviations of a list's scores above their mean.</param>
    public void Rate(ReadOnlySpan<float> query, float reach)
    {
        Turn(query);
        Measure(Vector512.Create(reach));
        Sort();
    }

    private void Turn(ReadOnlySpan<float> query)
    {
        Array.Clear(Asked);
        var projection = index.Projection;
        for (var row = 0; row < query.Length; row++)
            TensorPrimitives.MultiplyAdd(projection.Slice(row * query.Length, query.Length), query[row], Asked, Asked);
        TensorPrimitives.Multiply(Asked, Asked, squares);
    }

    /// <summary>Dimensions do not depend on each other within a list, as far as this looks: a score's variance is the sum of theirs.</summary>
    private void Measure(Vector512<float> reach)
    {
        ref var centre = ref MemoryMarshal.GetReference(index.Means);
        ref var variance = ref MemoryMarshal.GetReference(index.Variances);
        var (lists, half) = ((nuint)index.Lists, (nuint)Vector512<float>.Count);
        for (nuint at = 0; at < lists; at += (nuint)IndexWriter.ListsTogether)
        {
            Vector512<float> mean0 = default, mean1 = default, spread0 = default, spread1 = default;
            var row = at;
            for (var d = 0; d < squares.Length; d++, row += lists)
            {
                var (asked, square) = (Vector512.Create(Asked[d]), Vector512.Create(squares[d]));
                mean0 = Vector512.FusedMultiplyAdd(Vector512.LoadUnsafe(ref centre, row), asked, mean0);
                mean1 = Vector512.FusedMultiplyAdd(Vector512.LoadUnsafe(ref centre, row + half), asked, mean1);
                spread0 = Vector512.FusedMultiplyAdd(Vector512.LoadUnsafe(ref variance, row), square, spread0);
                spread1 = Vector512.FusedMultiplyAdd(Vector512.LoadUnsafe(ref variance, row + half), square, spread1);
            }
            mean0.StoreUnsafe(ref Means[0], at);
            mean1.StoreUnsafe(ref Means[0], at + half);
            (mean0 + reach * Vector512.Sqrt(spread0)).StoreUnsafe(ref Reaches[0], at);
            (mean1 + reach * Vector512.Sqrt(spread1)).StoreUnsafe(ref Reaches[0], at + half);
        }
    }

    private void Sort()
    {
        var (low, high) = (TensorPrimitives.Min<float>(Reaches), TensorPrimitives.Max<float>(Reaches));
        var scale = high > low ? (Buckets - 1) / (high - low) : 0;
        Array.Clear(buckets);
        foreach (var reach in Reaches)
            buckets[(int)((high - reach) * scale) + 1]++;
        for (var bucket = 1; bucket <= Buckets; bucket++)
            buckets[bucket] += buckets[bucket - 1];
        for (var list = 0; list < Reaches.Length; list++)
            Order[buckets[(int)((high - Reaches[list]) * scale)]++] = list;
    }
}
