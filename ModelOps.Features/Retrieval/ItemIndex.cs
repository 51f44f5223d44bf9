using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ModelOps.Features.Retrieval;

/// <summary>
/// The items' vectors of a package, in lists of similar ones, so that the best for a query are found without scoring all. A file that is
/// mapped into memory: what no search reads costs none, and servers of a machine share it. Any number of threads may search in it, each
/// with its own <see cref="IndexSearch"/>.
/// </summary>
public sealed class ItemIndex : IDisposable
{
    private readonly MappedFile file;

    private ItemIndex(MappedFile file, IndexLayout layout) => (this.file, Layout) = (file, layout);

    public int Items => Layout.Items;

    public int Dimensions => Layout.Dimensions;

    public int Lists => Layout.Lists;

    /// <summary>The most items that it may be asked for: so deep its recall was measured, and held.</summary>
    public int Depth => Layout.Depth;

    internal IndexLayout Layout { get; }

    internal ReadOnlySpan<float> Projection => file.Span<float>(Layout.Projection, Dimensions * Dimensions);

    internal ReadOnlySpan<float> Covariance => file.Span<float>(Layout.Covariance, Dimensions * Dimensions);

    internal ReadOnlySpan<float> Means => file.Span<float>(Layout.Means, Dimensions * Lists);

    internal ReadOnlySpan<float> Variances => file.Span<float>(Layout.Variances, Dimensions * Lists);

    internal ReadOnlySpan<float> Steps => file.Span<float>(Layout.Steps, Lists);

    internal ReadOnlySpan<int> Starts => file.Span<int>(Layout.Starts, Lists + 1);

    /// <exception cref="InvalidDataException">The file is no index of this format, or not whole.</exception>
    public static ItemIndex Open(string path)
    {
        var size = Unsafe.SizeOf<IndexLayout>();
        if (new FileInfo(path).Length < size)
            throw Unfit(path, "it is too short to have a beginning");
        var file = new MappedFile(path);
        try
        {
            var index = new ItemIndex(file, MemoryMarshal.Read<IndexLayout>(file.Span<byte>(0, size)));
            return index.Fault() is { } fault ? throw Unfit(path, fault) : index;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>An item's vector as its score is made of it; zeros for 0, the padding.</summary>
    public ReadOnlySpan<float> Vector(int item) => file.Span<float>(IndexLayout.Vectors + sizeof(float) * (long)item * Dimensions, Dimensions);

    internal ReadOnlySpan<int> Places(int block, int blocks) => file.Span<int>(Layout.Places + sizeof(int) * (long)block * CodeBlocks.Items, blocks * CodeBlocks.Items);

    internal ReadOnlySpan<byte> Codes(int block, int blocks) => file.Span<byte>(Layout.Codes + (long)block * CodeBlocks.Bytes(Dimensions), blocks * CodeBlocks.Bytes(Dimensions));

    public void Dispose() => file.Dispose();

    /// <summary>What a search would trip over.</summary>
    private string? Fault()
    {
        if (Layout.Magic != IndexLayout.ThisMagic)
            return "it does not begin as one of this format";
        if (Layout.Fault() is { } fault)
            return fault;
        if (Layout.End != file.Length)
            return $"it has {file.Length} bytes, its beginning says {Layout.End}";
        if (Starts[0] != 0 || Starts[^1] != Layout.Blocks || Starts[1..].ToArray().Zip(Starts.ToArray()).Any(pair => pair.First < pair.Second))
            return "its lists do not follow each other";
        if (!TensorPrimitives.IsFiniteAll(Projection) || !TensorPrimitives.IsFiniteAll(Covariance) || !TensorPrimitives.IsFiniteAll(Means) || !TensorPrimitives.IsFiniteAll(Variances) || !TensorPrimitives.IsFiniteAll(Steps))
            return "it has what is not a number";
        return AreInPlace() ? null : "not every item is in it once";
    }

    private bool AreInPlace()
    {
        var seen = new bool[Items + 1];
        var found = 0;
        for (var block = 0; block < Layout.Blocks; block++)
        {
            foreach (var item in Places(block, 1))
            {
                if (item == 0)
                    continue;
                if (item < 0 || item > Items || seen[item])
                    return false;
                seen[item] = true;
                found++;
            }
        }
        return found == Items;
    }

    private static InvalidDataException Unfit(string path, string fault) =>
        new($"'{Path.GetFileName(path)}' is no index of items that this build can search: {fault}. Train and register the model again.");
}
