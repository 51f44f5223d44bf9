using static TorchSharp.torch;

namespace ModelOps.Trainer.Optimizers;

/// <summary>Changes a network's parameters by their gradients. Its state can be saved and restored with the weights, which a resumed training needs.</summary>
public interface IOptimizer : IDisposable
{
    /// <summary>Steps taken.</summary>
    long Steps { get; set; }

    /// <summary>Name and tensor of all that is remembered between steps.</summary>
    IEnumerable<(string Name, Tensor Value)> Moments { get; }

    /// <summary>Takes a step, and empties the gradients.</summary>
    void Step(double learningRate);
}

/// <summary>The optimizers by name. A new one is a file beside this and a line here.</summary>
public static class Optimizer
{
    public static IOptimizer Create(string name, nn.Module network, double weightDecay) => name switch
    {
        "adamw" => new AdamW(network, weightDecay),
        "sgd" => new MomentumSgd(network, weightDecay),
        _ => throw new ArgumentException($"There is no optimizer '{name}'.", nameof(name)),
    };
}
