using System.Numerics.Tensors;

namespace ModelOps.Search.Vectors;

/// <summary>
/// The products' vectors, each of length 1 or, where a product has none, 0, by document. A query is held against all of them: up to some hundred thousand products that
/// is faster than an index of lists would be. In half precision on disk, which moves a cosine by less than .001.
/// </summary>
public sealed class ItemVectors
{
    private const uint Magic = 0x31565153; // "SQV1"

    private readonly float[] values; // (items, dimensions)

    private ItemVectors(float[] values, int dimensions) => (this.values, Dimensions) = (values, dimensions);

    public int Dimensions { get; }

    public int Count => values.Length / Dimensions;

    /// <param name="vectors">By document, of one length.</param>
    public static ItemVectors Of(IReadOnlyList<float[]> vectors)
    {
        ArgumentNullException.ThrowIfNull(vectors);
        var dimensions = vectors.Count == 0 ? 1 : vectors[0].Length;
        var values = new float[vectors.Count * dimensions];
        for (var item = 0; item < vectors.Count; item++)
            vectors[item].CopyTo(values, item * dimensions);
        return new ItemVectors(values, dimensions);
    }

    /// <summary>How near every product is to a query, and which are nearest.</summary>
    /// <param name="query">(dimensions), of length 1.</param>
    public QueryNeighbours Near(ReadOnlySpan<float> query)
    {
        if (query.Length != Dimensions)
            throw new ArgumentException($"The query's vector has {query.Length} numbers, a product's {Dimensions}. Make both with the same encoder.", nameof(query));
        var cosines = new float[Count];
        for (var item = 0; item < cosines.Length; item++)
            cosines[item] = TensorPrimitives.Dot(values.AsSpan(item * Dimensions, Dimensions), query);
        return QueryNeighbours.Of(cosines);
    }

    public float Cosine(int item, ReadOnlySpan<float> vector) => TensorPrimitives.Dot(values.AsSpan(item * Dimensions, Dimensions), vector);

    /// <summary>What <paramref name="items"/> have in common, of length 1; null where none of them has a vector.</summary>
    public float[]? Mean(IReadOnlyList<int> items)
    {
        ArgumentNullException.ThrowIfNull(items);
        var mean = new float[Dimensions];
        foreach (var item in items)
            TensorPrimitives.Add(mean, values.AsSpan(item * Dimensions, Dimensions), mean);
        var length = TensorPrimitives.Norm<float>(mean);
        if (length == 0)
            return null;
        TensorPrimitives.Divide(mean, length, mean);
        return mean;
    }

    public void Write(string path)
    {
        using var writer = new BinaryWriter(File.Create(path));
        writer.Write(Magic);
        writer.Write(Count);
        writer.Write(Dimensions);
        foreach (var value in values)
            writer.Write((Half)value);
    }

    /// <param name="items">Products of the catalogue.</param>
    /// <exception cref="InvalidDataException">It is no file of vectors, or one of another catalogue.</exception>
    public static ItemVectors Read(string path, int items)
    {
        using var reader = new BinaryReader(new BufferedStream(File.OpenRead(path), 1 << 16));
        try
        {
            var (magic, count, dimensions) = (reader.ReadUInt32(), reader.ReadInt32(), reader.ReadInt32());
            if (magic != Magic || count != items || dimensions is < 1 or > 65_536)
                throw new InvalidDataException($"{Path.GetFileName(path)} has the vectors of {count} products, the catalogue {items}; they were not made together. Train and register the search again.");
            var values = new float[checked(count * dimensions)];
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = (float)reader.ReadHalf();
                if (!float.IsFinite(values[i]))
                    throw new InvalidDataException($"{Path.GetFileName(path)} has vectors that are no numbers. Train and register the search again.");
            }
            return new ItemVectors(values, dimensions);
        }
        catch (EndOfStreamException exception)
        {
            throw new InvalidDataException($"{Path.GetFileName(path)} ends too early. Train and register the search again.", exception);
        }
    }
}
