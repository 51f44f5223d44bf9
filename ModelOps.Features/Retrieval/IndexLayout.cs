using System.Runtime.InteropServices;

namespace ModelOps.Features.Retrieval;

/// <summary>The beginning of an index's file, little-endian, and what follows from it: where each part lies.</summary>
/// <remarks>
/// The parts, each from a multiple of <see cref="Alignment"/> on: the vectors (items + 1, dimensions) float32, row 0 the padding's;
/// the projection of a query and the covariance of the vectors (dimensions, dimensions) float32; the lists' means and their variances (dimensions, lists) float32; the
/// steps of their codes (lists) float32; where each list's blocks begin (lists + 1) int32; the items by place (blocks · 16) int32, 0
/// where a block is not full; the codes, see <see cref="CodeBlocks"/>.
/// </remarks>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal readonly record struct IndexLayout
{
    public const ulong ThisMagic = 0x31584449_53504F4D; // MOPSIDX1
    public const int Alignment = 64, MostDimensions = 1024;

    /// <summary>Where the first part lies; the beginning is shorter than an alignment.</summary>
    public const long Vectors = Alignment;

    public ulong Magic { get; init; }

    public int Items { get; init; }

    public int Dimensions { get; init; }

    public int Lists { get; init; }

    public int Blocks { get; init; }

    /// <summary>Deviations above its mean up to which a list is believed to have scores.</summary>
    public float Reach { get; init; }

    /// <summary>The most items that it may be asked for.</summary>
    public int Depth { get; init; }

    public long Projection => Aligned(Vectors + 4L * (Items + 1) * Dimensions);

    public long Covariance => Aligned(Projection + 4L * Dimensions * Dimensions);

    public long Means => Aligned(Covariance + 4L * Dimensions * Dimensions);

    public long Variances => Aligned(Means + 4L * Dimensions * Lists);

    public long Steps => Aligned(Variances + 4L * Dimensions * Lists);

    public long Starts => Aligned(Steps + 4L * Lists);

    public long Places => Aligned(Starts + 4L * (Lists + 1));

    public long Codes => Aligned(Places + 4L * Blocks * CodeBlocks.Items);

    public long End => Codes + (long)Blocks * CodeBlocks.Bytes(Dimensions);

    /// <summary>What makes it no layout, if anything; then the places below mean nothing.</summary>
    public string? Fault() => this switch
    {
        { Items: < 1 } or { Lists: < 1 } or { Blocks: < 1 } or { Dimensions: < 1 or > MostDimensions } => $"it says that it has {Items} items, {Dimensions} dimensions, {Lists} lists and {Blocks} blocks",
        _ when Dimensions % CodeBlocks.Together != 0 || Lists % IndexWriter.ListsTogether != 0 || Blocks > Items + (long)Lists => $"{Dimensions} dimensions, {Lists} lists and {Blocks} blocks do not go together",
        _ when !(Reach > 0 && float.IsFinite(Reach)) || Depth < 1 => $"it was never measured: it says a reach of {Reach} and a depth of {Depth}",
        _ => null,
    };

    private static long Aligned(long at) => (at + Alignment - 1) / Alignment * Alignment;
}
