using System.Buffers;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using ModelOps.Features;

namespace ModelOps.Pictures;

/// <summary>
/// Vectors of length 1, all of which are compared with a question (SIMD): 70,000 of 64 dimensions are 18 MB to read for each,
/// and nothing is missed. On disk float32, little-endian, row by row.
/// </summary>
public sealed class VectorTable
{
    private readonly float[] vectors;

    /// <param name="vectors">(rows, dimensions).</param>
    public VectorTable(float[] vectors, int dimensions)
    {
        ArgumentNullException.ThrowIfNull(vectors);
        ArgumentOutOfRangeException.ThrowIfLessThan(dimensions, 1);
        if (vectors.Length % dimensions != 0)
            throw new ArgumentException($"{vectors.Length} values are no rows of {dimensions}.", nameof(vectors));
        (this.vectors, Dimensions, Rows) = (vectors, dimensions, vectors.Length / dimensions);
    }

    public int Rows { get; }

    public int Dimensions { get; }

    public ReadOnlySpan<float> Of(int row) => vectors.AsSpan(row * Dimensions, Dimensions);

    /// <summary>Fills <paramref name="best"/> with the rows that are most alike (cosine), best first, of equals the lower row first. Returns how many there are.</summary>
    /// <param name="query">Of length 1.</param>
    /// <param name="isAllowed">By row; null allows all.</param>
    public int Nearest(ReadOnlySpan<float> query, Func<int, bool>? isAllowed, Span<RankedItem> best)
    {
        var scores = ArrayPool<float>.Shared.Rent(Rows + 1);
        var excluded = isAllowed is null ? null : ArrayPool<bool>.Shared.Rent(Rows + 1);
        try
        {
            scores[0] = float.NaN; // the ranker's padding
            for (var row = 0; row < Rows; row++)
                scores[row + 1] = TensorPrimitives.Dot(query, Of(row));
            for (var row = 0; excluded is not null && row < Rows; row++)
                excluded[row + 1] = !isAllowed!(row);
            var found = Ranker.Top(scores.AsSpan(0, Rows + 1), excluded is null ? [] : excluded.AsSpan(0, Rows + 1), best);
            for (var at = 0; at < found; at++)
                best[at] = best[at] with { Index = best[at].Index - 1 };
            return found;
        }
        finally
        {
            ArrayPool<float>.Shared.Return(scores);
            if (excluded is not null)
                ArrayPool<bool>.Shared.Return(excluded);
        }
    }

    /// <summary>Makes a vector one of length 1; one of length 0, or without numbers, stays as it is.</summary>
    public static void Normalise(Span<float> vector)
    {
        var length = TensorPrimitives.Norm<float>(vector);
        if (length > 0 && float.IsFinite(length))
            TensorPrimitives.Divide(vector, length, vector);
    }

    public void Write(string path)
    {
        using var file = File.Create(path);
        file.Write(MemoryMarshal.AsBytes(vectors.AsSpan()));
    }

    /// <exception cref="InvalidDataException">The file has another size.</exception>
    public static VectorTable Read(string path, int rows, int dimensions)
    {
        var length = new FileInfo(path).Length;
        if (length != (long)rows * dimensions * sizeof(float))
            throw new InvalidDataException($"{path} has {length} bytes; {rows} vectors of {dimensions} dimensions have {(long)rows * dimensions * sizeof(float)}. Train and register the model again.");
        var vectors = new float[rows * dimensions];
        using var file = File.OpenRead(path);
        file.ReadExactly(MemoryMarshal.AsBytes(vectors.AsSpan()));
        return new VectorTable(vectors, dimensions);
    }
}
