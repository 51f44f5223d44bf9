using ModelOps.Trainer.Architectures;
using static TorchSharp.torch;

namespace ModelOps.Trainer.Objectives;

/// <summary>Draws the items that a batch shares as negatives.</summary>
public sealed class Negatives
{
    private readonly int items;
    private readonly int count;
    private readonly Tensor? cumulative; // (items), the last 1

    public Negatives(ObjectiveOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        (items, count) = (options.Items, options.Negatives);
        if (options.Popularity == 0)
            return;
        var weights = options.Shares.Skip(1).Select(share => Math.Pow(share, options.Popularity)).ToArray();
        var sum = weights.Sum();
        Logarithms = tensor((float[])[0, .. weights.Select(weight => (float)Math.Log(Math.Max(1e-12, weight / sum)))]).DetachFromDisposeScope();
        cumulative = tensor(weights.Select(weight => (float)(weight / sum)).ToArray()).cumsum(0).DetachFromDisposeScope();
    }

    /// <summary>By index: the logarithm of the chance to be drawn; null where it is the same for all.</summary>
    public Tensor? Logarithms { get; }

    /// <returns>(negatives) indices from 1.</returns>
    public Tensor Draw(Device device) => cumulative is null
        ? randint(1, items + 1, count, ScalarType.Int64, device)
        : searchsorted(cumulative, rand(count)).clamp_max(Scalars.Whole(items - 1)).add(Scalars.Whole(1)).to(device);
}
