using ModelOps.Trainer.Architectures;
using static TorchSharp.torch;

namespace ModelOps.Trainer.Objectives;

/// <summary>Cross-entropy of the target among all items.</summary>
public sealed class FullSoftmax(int items) : IObjective
{
    public Tensor Of(Tensor hidden, Tensor targets, Func<Tensor, Tensor> vectors)
    {
        ArgumentNullException.ThrowIfNull(hidden);
        ArgumentNullException.ThrowIfNull(vectors);
        var logits = Autocast.Linear(hidden, vectors(arange(Scalars.Whole(1), Scalars.Whole(items + 1), ScalarType.Int64, hidden.device))); // (targets, items)
        return nn.functional.cross_entropy(logits, targets.sub(Scalars.Whole(1)), reduction: nn.Reduction.None);
    }
}
