using System.Runtime.Intrinsics.X86;
using ModelOps.Features.Retrieval;

namespace ModelOps.Tests.Features.Retrieval;

public sealed class CodeBlocksTests
{
    [Theory]
    [InlineData(4, 1)]
    [InlineData(64, 4)]
    [InlineData(68, 3)]
    [InlineData(1024, 4)]
    public void Multiply_AnyBlocks_SumsTheProducts(int dimensions, int blocks)
    {
        var random = new Random(dimensions);
        // The extremes too: two of their products must fit what the processor adds them in.
        var rows = Enumerable.Range(0, blocks * CodeBlocks.Items).Select(row => Enumerable.Range(0, dimensions).Select(_ => row == 0 ? (byte)127 : (byte)random.Next(1, 128)).ToArray()).ToArray();
        var query = Enumerable.Range(0, dimensions).Select(d => d < dimensions / 2 ? (sbyte)-127 : (sbyte)random.Next(-127, 128)).ToArray();
        var codes = new byte[blocks * CodeBlocks.Bytes(dimensions)];
        for (var row = 0; row < rows.Length; row++)
            for (var d = 0; d < dimensions; d++)
                codes[row / CodeBlocks.Items * CodeBlocks.Bytes(dimensions) + CodeBlocks.Place(row % CodeBlocks.Items, d)] = rows[row][d];

        var products = new int[rows.Length];
        CodeBlocks.Multiply(codes, query, products);

        int[] expected = [.. rows.Select(row => row.Zip(query, (code, asked) => code * asked).Sum())];
        Assert.Equal(expected, products);
        // The same as processors without the widest registers do it.
        var bytes = CodeBlocks.Bytes(dimensions);
        CodeBlocks.MultiplyPlainly(codes.AsSpan(0, bytes), query, products);
        Assert.Equal(expected[..CodeBlocks.Items], products[..CodeBlocks.Items]);
        if (!Avx2.IsSupported)
            return;
        Array.Clear(products);
        CodeBlocks.Multiply256(codes.AsSpan(0, bytes), query, products);
        Assert.Equal(expected[..CodeBlocks.Items], products[..CodeBlocks.Items]);
    }
}
