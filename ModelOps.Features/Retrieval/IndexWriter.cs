using System.Runtime.InteropServices;

namespace ModelOps.Features.Retrieval;

/// <summary>What an index is made of.</summary>
/// <param name="Projection">(dimensions, dimensions): a query, as a row, times this has the same products with <paramref name="Turned"/> as the query itself with the vectors.</param>
/// <param name="Turned">(items, dimensions): the vectors in the space in which they are grouped and rounded.</param>
/// <param name="ListOf">The list of each item; they are numbered from 0, and <paramref name="Lists"/> is a multiple of <see cref="IndexWriter.ListsTogether"/>.</param>
public sealed record IndexPlan(float[] Projection, float[] Turned, int[] ListOf, int Lists);

/// <summary>Writes the file that <see cref="ItemIndex"/> reads.</summary>
public static class IndexWriter
{
    /// <summary>Lists that a query is held against at once.</summary>
    public const int ListsTogether = 32;

    /// <param name="vectors">(items + 1, dimensions), row 0 the padding's.</param>
    public static void Write(string path, ReadOnlySpan<float> vectors, IndexPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var items = plan.ListOf.Length;
        var dimensions = plan.Turned.Length / items;
        if (vectors.Length != (items + 1) * dimensions || dimensions % CodeBlocks.Together != 0 || dimensions > IndexLayout.MostDimensions || plan.Lists % ListsTogether != 0)
            throw new ArgumentException($"{vectors.Length} numbers for {items} items of {dimensions} dimensions in {plan.Lists} lists.", nameof(plan));
        var lists = new PackedLists(plan, dimensions);
        var layout = new IndexLayout
        {
            Magic = IndexLayout.ThisMagic,
            Items = items,
            Dimensions = dimensions,
            Lists = plan.Lists,
            Blocks = lists.Starts[^1],
        };
        using var file = File.Create(path);
        file.SetLength(layout.End);
        Put(file, 0, new ReadOnlySpan<IndexLayout>(in layout));
        Put(file, IndexLayout.Vectors, vectors);
        Put<float>(file, layout.Projection, plan.Projection);
        Put<float>(file, layout.Covariance, Covariance(vectors[dimensions..], dimensions));
        Put<float>(file, layout.Means, lists.Means);
        Put<float>(file, layout.Variances, lists.Variances);
        Put<float>(file, layout.Steps, lists.Steps);
        Put<int>(file, layout.Starts, lists.Starts);
        Put<int>(file, layout.Places, lists.Places);
        Put<byte>(file, layout.Codes, lists.Codes);
    }

    /// <summary>Says in a written index how far its searches go.</summary>
    /// <param name="reach">Deviations above its mean up to which a list is believed to have scores.</param>
    /// <param name="depth">The most items that it may be asked for.</param>
    public static void Settle(string path, float reach, int depth)
    {
        using var file = File.Open(path, FileMode.Open, FileAccess.ReadWrite);
        Span<byte> beginning = stackalloc byte[Marshal.SizeOf<IndexLayout>()];
        file.ReadExactly(beginning);
        var layout = MemoryMarshal.Read<IndexLayout>(beginning) with { Reach = reach, Depth = depth };
        Put(file, 0, new ReadOnlySpan<IndexLayout>(in layout));
    }

    private static void Put<T>(FileStream file, long at, ReadOnlySpan<T> content) where T : unmanaged
    {
        file.Position = at;
        file.Write(MemoryMarshal.AsBytes(content));
    }

    private static float[] Covariance(ReadOnlySpan<float> rows, int dimensions)
    {
        var items = rows.Length / dimensions;
        var (means, products) = (new double[dimensions], new double[dimensions * dimensions]);
        for (var item = 0; item < items; item++)
        {
            var row = rows.Slice(item * dimensions, dimensions);
            for (var i = 0; i < dimensions; i++)
            {
                means[i] += row[i];
                for (var j = 0; j <= i; j++)
                    products[i * dimensions + j] += (double)row[i] * row[j];
            }
        }
        var result = new float[dimensions * dimensions];
        for (var i = 0; i < dimensions; i++)
            for (var j = 0; j <= i; j++)
                result[i * dimensions + j] = result[j * dimensions + i] = (float)(products[i * dimensions + j] / items - means[i] / items * (means[j] / items));
        return result;
    }
}
