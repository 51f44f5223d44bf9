// Sutskever et al.: On the importance of initialization and momentum in deep learning. ICML 2013
using ModelOps.Trainer.Architectures;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ModelOps.Trainer.Optimizers;

/// <summary>Steps along the gradients, which go on a while in the direction they had.</summary>
public sealed class MomentumSgd : IOptimizer
{
    private const double Momentum = 0.9;
    private readonly (string Name, Parameter Value, Tensor Velocity)[] slots;
    private readonly double weightDecay;

    public MomentumSgd(nn.Module network, double weightDecay)
    {
        ArgumentNullException.ThrowIfNull(network);
        this.weightDecay = weightDecay;
        slots = [.. network.named_parameters().Select(named => (named.name, named.parameter, Moment.Of(named.parameter)))];
    }

    public long Steps { get; set; }

    public IEnumerable<(string Name, Tensor Value)> Moments => slots.Select(slot => ($"velocity/{slot.Name}", slot.Velocity));

    public void Step(double learningRate)
    {
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        Steps++;
        using var kept = (1 - learningRate * weightDecay).ToScalar();
        using var back = (-learningRate).ToScalar();
        foreach (var (_, value, velocity) in slots)
        {
            if (value.grad is not { } gradient)
                continue;
            if (weightDecay > 0)
                value.mul_(kept);
            velocity.mul_(Scalars.Of(Momentum)).add_(gradient, alpha: Scalars.Whole(1));
            value.add_(velocity, alpha: back);
            gradient.zero_();
        }
    }

    public void Dispose()
    {
        foreach (var (_, _, velocity) in slots)
            velocity.Dispose();
    }
}
