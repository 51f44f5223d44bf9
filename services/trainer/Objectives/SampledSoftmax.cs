// Klenitskiy, Vasilev: Turning Dross Into Gold Loss: is BERT4Rec really better than SASRec? RecSys 2023, https://arxiv.org/abs/2309.07602.
// Negatives that are drawn by popularity are corrected by the logarithm of their chance (logQ):
// Bengio, Senécal: Adaptive importance sampling to accelerate training of a neural probabilistic language model. 2008.
using ModelOps.Trainer.Architectures;
using static TorchSharp.torch;

namespace ModelOps.Trainer.Objectives;

/// <summary>Cross-entropy of the target among negatives that the batch shares.</summary>
public sealed class SampledSoftmax(ObjectiveOptions options) : IObjective
{
    private readonly Negatives negatives = new(options);

    public Tensor Of(Tensor hidden, Tensor targets, Func<Tensor, Tensor> vectors)
    {
        ArgumentNullException.ThrowIfNull(hidden);
        ArgumentNullException.ThrowIfNull(targets);
        ArgumentNullException.ThrowIfNull(vectors);
        var sample = negatives.Draw(hidden.device); // (negatives)
        var all = vectors(cat([targets, sample])); // (targets + negatives, dim)
        var target = (hidden * all.slice(0, 0, targets.shape[0], 1)).sum(-1, keepdim: true); // (targets, 1)
        var others = Autocast.Linear(hidden, all.slice(0, targets.shape[0], all.shape[0], 1)); // (targets, negatives)
        if (negatives.Logarithms is { } logarithms)
            (target, others) = (target - logarithms.index_select(0, targets).unsqueeze(1), others - logarithms.index_select(0, sample));
        return SharedNegatives.Loss(target, others, targets, sample);
    }
}
