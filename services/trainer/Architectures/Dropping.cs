using static TorchSharp.torch;

namespace ModelOps.Trainer.Architectures;

/// <summary>
/// Dropout, whose random numbers cost less than libtorch's: sixteen bits an element, from a generator that libtorch's seeds, so that
/// a seed still decides everything.
/// </summary>
internal static class Dropping
{
    private const int Lanes = 4;
    private const double Levels = 65_536;

    public static Tensor Drop(Tensor x, double share, bool training)
    {
        if (!training || share == 0 || !Spans.CanRead(x))
            return nn.functional.dropout(x, share, training);
        using var scope = NewDisposeScope();
        var mask = empty(x.shape);
        Fill(Spans.Of(mask), share, (ulong)randint(0, long.MaxValue, 1, ScalarType.Int64).item<long>());
        return (x * mask).MoveToOuterDisposeScope();
    }

    /// <summary>0 for a share of the elements, else what keeps their sum the same on average.</summary>
    public static void Fill(Span<float> mask, double share, ulong seed)
    {
        var dropped = (ushort)Math.Round(share * Levels);
        var kept = (float)(Levels / (Levels - dropped));
        // Steele, Lea, Flood: Fast splittable pseudorandom number generators. OOPSLA 2014 (SplitMix64)
        for (var i = 0; i < mask.Length; i += Lanes)
        {
            var bits = seed += 0x9E3779B97F4A7C15;
            bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9;
            bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB;
            bits ^= bits >> 31;
            for (var lane = i; lane < Math.Min(i + Lanes, mask.Length); lane++, bits >>= 16)
                mask[lane] = (ushort)bits < dropped ? 0 : kept;
        }
    }
}
