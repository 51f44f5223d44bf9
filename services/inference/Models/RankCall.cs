using ModelOps.Features;
using ModelOps.Inference.Batching;

namespace ModelOps.Inference.Models;

/// <summary>A shopper's row: what goes into <see cref="PackageGraph"/>, and where the best items go.</summary>
internal sealed class RankCall : BatchCall
{
    /// <summary>(length) item indices.</summary>
    public long[] History { get; private set; } = [];

    /// <summary>Item indices that must not be in the answer.</summary>
    public long[] Forbidden { get; private set; } = [];

    /// <summary>The shopper's own counts by item index.</summary>
    public IReadOnlyDictionary<int, float> Own { get; private set; } = new Dictionary<int, float>();

    /// <summary>As many as are asked for; filled from its beginning.</summary>
    public Memory<RankedItem> Best { get; private set; }

    /// <summary>Items that were found.</summary>
    public int Found { get; set; }

    public RankCall Ask(long[] history, long[] forbidden, IReadOnlyDictionary<int, float> own, Memory<RankedItem> best)
    {
        (History, Forbidden, Own, Best, Found) = (history, forbidden, own, best, 0);
        return this;
    }
}
