using System.Numerics.Tensors;
using ModelOps.Trainer.Architectures;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace ModelOps.Trainer.Optimizers;

/// <summary>Gradients shortened together to a length, as <c>torch.nn.utils.clip_grad_norm_</c> does.</summary>
public static class Clipping
{
    private const double Tiny = 1e-6;

    /// <returns>Their length before.</returns>
    public static double Clip(IEnumerable<Parameter> parameters, double length)
    {
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        var gradients = parameters.Select(parameter => parameter.grad).OfType<Tensor>().ToArray();
        var norm = Math.Sqrt(gradients.Sum(gradient => Spans.CanRead(gradient)
            ? TensorPrimitives.SumOfSquares<float>(Spans.Of(gradient))
            : gradient.square().sum(ScalarType.Float64).item<double>()));
        if (norm > length)
        {
            using var share = (length / (norm + Tiny)).ToScalar();
            foreach (var gradient in gradients)
                gradient.mul_(share);
        }
        return norm;
    }
}
