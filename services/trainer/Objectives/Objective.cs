using static TorchSharp.torch;

namespace ModelOps.Trainer.Objectives;

/// <summary>What a network is punished for.</summary>
public interface IObjective
{
    /// <summary>The loss of each target, in nats.</summary>
    /// <param name="hidden">(targets, dim) vectors of the histories.</param>
    /// <param name="targets">(targets) the items that came next, from 1.</param>
    /// <param name="vectors">Of items: (n) → (n, dim).</param>
    Tensor Of(Tensor hidden, Tensor targets, Func<Tensor, Tensor> vectors); // (targets)
}

/// <summary>The objectives by name. A new one is a file beside this and a line here.</summary>
public static class Objective
{
    public const string Auto = "auto";

    /// <summary>Up to this many items a full softmax is no slower than a sampled one, and learns from fewer passes.</summary>
    private const int FullUpTo = 4000;

    private static readonly Dictionary<string, Func<ObjectiveOptions, IObjective>> All = new()
    {
        ["full"] = options => new FullSoftmax(options.Items),
        ["sampled"] = options => new SampledSoftmax(options),
        ["in-batch"] = options => new InBatchSoftmax(options.Shares),
        ["bce"] = options => new CalibratedBce(options),
    };

    public static IObjective Create(string name, ObjectiveOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (name == Auto)
            name = options.Items <= FullUpTo ? "full" : "sampled";
        return All[name is "sampled" && options.Negatives >= options.Items ? "full" : name](options);
    }
}

/// <param name="Items">That somebody chose: these are learned and drawn.</param>
/// <param name="Negatives">Items that a batch shares as negatives.</param>
/// <param name="Shares">By index: the item's share of all targets; 0 for the padding.</param>
/// <param name="Popularity">Power of the share by which negatives are drawn: 0 is uniform.</param>
/// <param name="Calibration">gSASRec's t, 0..1: 1 undoes what sampling does to the scores, 0 leaves it.</param>
public sealed record ObjectiveOptions(int Items, int Negatives, float[] Shares, double Popularity, double Calibration);
