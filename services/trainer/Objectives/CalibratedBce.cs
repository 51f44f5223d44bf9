// Petrov, Macdonald: gSASRec: Reducing Overconfidence in Sequential Recommendation Trained with Negative Sampling. RecSys 2023,
// https://arxiv.org/abs/2308.07192
using ModelOps.Trainer.Architectures;
using static TorchSharp.torch;

namespace ModelOps.Trainer.Objectives;

/// <summary>Binary cross-entropy, whose positive term has a power that undoes the overconfidence that sampling brings.</summary>
public sealed class CalibratedBce : IObjective
{
    private readonly Negatives negatives;
    private readonly double power;

    public CalibratedBce(ObjectiveOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        negatives = new Negatives(options);
        var rate = Math.Min(1, (double)options.Negatives / Math.Max(1, options.Items - 1)); // α
        power = rate * (options.Calibration * (1 - 1 / rate) + 1 / rate); // β
    }

    public Tensor Of(Tensor hidden, Tensor targets, Func<Tensor, Tensor> vectors)
    {
        ArgumentNullException.ThrowIfNull(hidden);
        ArgumentNullException.ThrowIfNull(targets);
        ArgumentNullException.ThrowIfNull(vectors);
        var sample = negatives.Draw(hidden.device); // (negatives)
        var target = (hidden * vectors(targets)).sum(-1); // (targets)
        var others = Autocast.Linear(hidden, vectors(sample)) // (targets, negatives)
            .masked_fill(sample.unsqueeze(0).eq(targets.unsqueeze(1)), Scalars.Of(-1e9f));
        return nn.functional.softplus(-target).mul(Scalars.Of(power)).Plus(nn.functional.softplus(others).sum(1)); // −log σ(s) is softplus(−s)
    }
}
