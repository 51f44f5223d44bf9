using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ModelOps.Features.Retrieval;

/// <summary>
/// Codes of an index: <see cref="Items"/> items a block, and of each item <see cref="Together"/> dimensions after the other items' same ones,
/// so that one instruction multiplies a dimension of many items and no sum runs across a register. A code is from 1 to 127, its zero
/// 64; a query's is from −127 to 127: two products fit the 16 bits in which the processor adds them.
/// </summary>
internal static class CodeBlocks
{
    public const int Items = 16, Together = 4, Zero = 64, MostOfItem = 63, MostOfQuery = 127;

    /// <summary>Of a block.</summary>
    public static int Bytes(int dimensions) => Items * dimensions;

    /// <summary>Where a dimension of an item lies within its block.</summary>
    public static int Place(int item, int dimension) => dimension / Together * (Items * Together) + item * Together + dimension % Together;

    /// <summary>Products of a query with some blocks.</summary>
    /// <param name="codes">Up to four blocks.</param>
    /// <param name="query">Its codes, as many as dimensions.</param>
    /// <param name="products">One an item of the blocks, filled from its beginning.</param>
    public static void Multiply(ReadOnlySpan<byte> codes, ReadOnlySpan<sbyte> query, Span<int> products)
    {
        var bytes = Bytes(query.Length);
        if (Avx512BW.IsSupported && codes.Length == 4 * bytes)
        {
            MultiplyFour512(codes, query, products);
            return;
        }
        for (var block = 0; block * bytes < codes.Length; block++)
            MultiplyOne(codes.Slice(block * bytes, bytes), query, products.Slice(block * Items, Items));
    }

    private static void MultiplyOne(ReadOnlySpan<byte> codes, ReadOnlySpan<sbyte> query, Span<int> products)
    {
        if (Avx512BW.IsSupported)
            Multiply512(codes, query, products);
        else if (Avx2.IsSupported)
            Multiply256(codes, query, products);
        else
            MultiplyPlainly(codes, query, products);
    }

    private static void MultiplyFour512(ReadOnlySpan<byte> codes, ReadOnlySpan<sbyte> query, Span<int> products)
    {
        ref var code = ref MemoryMarshal.GetReference(codes);
        ref var four = ref Unsafe.As<sbyte, int>(ref MemoryMarshal.GetReference(query));
        var bytes = (nuint)Bytes(query.Length);
        var ones = Vector512<short>.One;
        Vector512<int> first = default, second = default, third = default, fourth = default;
        for (nuint at = 0; at < bytes; at += Items * Together)
        {
            var asked = Vector512.Create(four).AsSByte();
            first += Avx512BW.MultiplyAddAdjacent(Avx512BW.MultiplyAddAdjacent(Vector512.LoadUnsafe(ref code, at), asked), ones);
            second += Avx512BW.MultiplyAddAdjacent(Avx512BW.MultiplyAddAdjacent(Vector512.LoadUnsafe(ref code, at + bytes), asked), ones);
            third += Avx512BW.MultiplyAddAdjacent(Avx512BW.MultiplyAddAdjacent(Vector512.LoadUnsafe(ref code, at + bytes * 2), asked), ones);
            fourth += Avx512BW.MultiplyAddAdjacent(Avx512BW.MultiplyAddAdjacent(Vector512.LoadUnsafe(ref code, at + bytes * 3), asked), ones);
            four = ref Unsafe.Add(ref four, 1);
        }
        ref var to = ref MemoryMarshal.GetReference(products);
        first.StoreUnsafe(ref to);
        second.StoreUnsafe(ref to, Items);
        third.StoreUnsafe(ref to, Items * 2);
        fourth.StoreUnsafe(ref to, Items * 3);
    }

    private static void Multiply512(ReadOnlySpan<byte> codes, ReadOnlySpan<sbyte> query, Span<int> products)
    {
        ref var code = ref MemoryMarshal.GetReference(codes);
        var fours = MemoryMarshal.Cast<sbyte, int>(query);
        Vector512<int> sum = default;
        for (var group = 0; group < fours.Length; group++)
            sum += Avx512BW.MultiplyAddAdjacent(Avx512BW.MultiplyAddAdjacent(Vector512.LoadUnsafe(ref code, (nuint)group * Items * Together), Vector512.Create(fours[group]).AsSByte()), Vector512<short>.One);
        sum.CopyTo(products);
    }

    internal static void Multiply256(ReadOnlySpan<byte> codes, ReadOnlySpan<sbyte> query, Span<int> products)
    {
        ref var code = ref MemoryMarshal.GetReference(codes);
        var fours = MemoryMarshal.Cast<sbyte, int>(query);
        Vector256<int> low = default, high = default;
        for (var group = 0; group < fours.Length; group++)
        {
            var asked = Vector256.Create(fours[group]).AsSByte();
            var at = (nuint)group * Items * Together;
            low += Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(Vector256.LoadUnsafe(ref code, at), asked), Vector256<short>.One);
            high += Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(Vector256.LoadUnsafe(ref code, at + Items * Together / 2), asked), Vector256<short>.One);
        }
        low.CopyTo(products);
        high.CopyTo(products[(Items / 2)..]);
    }

    internal static void MultiplyPlainly(ReadOnlySpan<byte> codes, ReadOnlySpan<sbyte> query, Span<int> products)
    {
        products[..Items].Clear();
        for (var at = 0; at < codes.Length; at++)
            products[at / Together % Items] += codes[at] * query[at / (Items * Together) * Together + at % Together];
    }
}
