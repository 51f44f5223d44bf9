using System.Numerics.Tensors;

namespace ModelOps.Features.Retrieval;

/// <summary>The best items so far by rounded scores, and in the end by exact ones.</summary>
internal sealed class Candidates(ItemIndex index)
{
    /// <summary>Rounding may put an item of the answer behind some that are not: so many more are scored exactly.</summary>
    private const double Spare = 1.5;

    private RankedItem[] items = [];
    private ulong[] keys = [];
    private int count, wanted;

    /// <summary>What a score must exceed to count; rises as better ones are found.</summary>
    public float Threshold { get; private set; }

    public void Begin(int asked)
    {
        wanted = Math.Max(1, (int)Math.Ceiling(asked * Spare));
        // Room for some times as many: the best are told from the others only when it is full.
        if (items.Length < wanted * 4 + CodeBlocks.Items)
            items = new RankedItem[wanted * 4 + CodeBlocks.Items];
        (count, Threshold) = (0, float.NegativeInfinity);
    }

    public void Add(int item, float score) => items[count++] = new RankedItem(item, score);

    /// <summary>Makes room for a block, if there is none.</summary>
    public void Tidy()
    {
        if (count > items.Length - CodeBlocks.Items)
            Threshold = KeepBest();
    }

    /// <summary>Drops what is too many, so that the threshold is as high as it can be.</summary>
    public void Settle()
    {
        if (count > wanted)
            Threshold = KeepBest();
    }

    /// <summary>The best by their exact scores, best first, of equals the lower index first. Returns how many there are.</summary>
    public int Best(ReadOnlySpan<float> query, Span<RankedItem> top)
    {
        Settle();
        if (keys.Length < count)
            keys = new ulong[items.Length];
        for (var i = 0; i < count; i++)
            keys[i] = (ulong)Descending(TensorPrimitives.Dot(query, index.Vector(items[i].Index))) << 32 | (uint)items[i].Index;
        var sorted = keys.AsSpan(0, count);
        sorted.Sort();
        var found = Math.Min(count, top.Length);
        for (var i = 0; i < found; i++)
            top[i] = new RankedItem((int)(uint)sorted[i], Score((uint)(sorted[i] >> 32)));
        return found;
    }

    /// <summary>Hoare's selection: brings the best to the front and drops the others. Returns the worst score that is left.</summary>
    private float KeepBest()
    {
        var (low, high) = (0, count - 1);
        while (low < high)
        {
            var pivot = items[(low + high) / 2].Score;
            var (i, j) = (low, high);
            while (i <= j)
            {
                while (items[i].Score > pivot)
                    i++;
                while (items[j].Score < pivot)
                    j--;
                if (i <= j)
                    (items[i], items[j]) = (items[j--], items[i++]);
            }
            if (wanted - 1 <= j)
                high = j;
            else if (wanted - 1 >= i)
                low = i;
            else
                break;
        }
        count = wanted;
        return items[wanted - 1].Score;
    }

    /// <summary>A number that is lower for a higher score.</summary>
    private static uint Descending(float score)
    {
        var bits = BitConverter.SingleToUInt32Bits(score);
        return (bits & 0x8000_0000) != 0 ? bits : ~(bits | 0x8000_0000);
    }

    private static float Score(uint descending) => BitConverter.UInt32BitsToSingle((descending & 0x8000_0000) != 0 ? descending : ~descending & 0x7FFF_FFFF);
}
