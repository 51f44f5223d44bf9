// Yi et al.: Sampling-Bias-Corrected Neural Modeling for Large Corpus Item Recommendations. RecSys 2019, https://doi.org/10.1145/3298689.3346996
using ModelOps.Trainer.Architectures;
using static TorchSharp.torch;

namespace ModelOps.Trainer.Objectives;

/// <summary>Cross-entropy of the target among the other targets of the batch, corrected by how often each is one.</summary>
/// <param name="shares">By index: the item's share of all targets.</param>
public sealed class InBatchSoftmax(float[] shares) : IObjective
{
    /// <summary>More would cost more than they teach: (targets, candidates) scores are made.</summary>
    private const int MostCandidates = 1024;
    private readonly Tensor logarithms = tensor(shares.Select(share => (float)Math.Log(Math.Max(1e-12, share))).ToArray()).DetachFromDisposeScope();

    public Tensor Of(Tensor hidden, Tensor targets, Func<Tensor, Tensor> vectors)
    {
        ArgumentNullException.ThrowIfNull(hidden);
        ArgumentNullException.ThrowIfNull(targets);
        ArgumentNullException.ThrowIfNull(vectors);
        var sample = targets.slice(0, 0, Math.Min(MostCandidates, targets.shape[0]), 1); // (candidates)
        var corrections = logarithms.to(hidden.device);
        var target = (hidden * vectors(targets)).sum(-1, keepdim: true) - corrections.index_select(0, targets).unsqueeze(1); // (targets, 1)
        var others = Autocast.Linear(hidden, vectors(sample)) - corrections.index_select(0, sample); // (targets, candidates)
        return SharedNegatives.Loss(target, others, targets, sample);
    }
}
