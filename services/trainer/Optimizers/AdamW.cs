// Loshchilov, Hutter: Decoupled Weight Decay Regularization. ICLR 2019, https://arxiv.org/abs/1711.05101; without decay it is
// Kingma, Ba: Adam: A Method for Stochastic Optimization. ICLR 2015, https://arxiv.org/abs/1412.6980
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using ModelOps.Trainer.Architectures;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ModelOps.Trainer.Optimizers;

/// <summary>Steps in the direction of the gradients' mean, each parameter's as long as its gradients are steady.</summary>
public sealed class AdamW : IOptimizer
{
    private const double Beta1 = 0.9, Beta2 = 0.98, Epsilon = 1e-8;
    private readonly (string Name, Parameter Value, Tensor First, Tensor Second)[] slots;
    private readonly double weightDecay;

    public AdamW(nn.Module network, double weightDecay)
    {
        ArgumentNullException.ThrowIfNull(network);
        this.weightDecay = weightDecay;
        slots = [.. network.named_parameters().Select(named => (named.name, named.parameter, Moment.Of(named.parameter), Moment.Of(named.parameter)))];
    }

    public long Steps { get; set; }

    public IEnumerable<(string Name, Tensor Value)> Moments => slots.SelectMany(slot => new[] { ($"first/{slot.Name}", slot.First), ($"second/{slot.Name}", slot.Second) });

    public void Step(double learningRate)
    {
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        Steps++;
        var size = learningRate / (1 - Math.Pow(Beta1, Steps));
        var correction = Math.Sqrt(1 - Math.Pow(Beta2, Steps));
        var kept = 1 - learningRate * weightDecay;
        // Held while libtorch reads them: see Scalars.
        using var back = (-size).ToScalar();
        using var corrected = correction.ToScalar();
        using var shrunk = kept.ToScalar();
        foreach (var (_, value, first, second) in slots)
        {
            if (value.grad is not { } gradient)
                continue;
            if (Spans.CanRead(value) && gradient.is_contiguous())
                Step(Spans.Of(value), Spans.Of(gradient), Spans.Of(first), Spans.Of(second), (float)size, (float)correction, (float)kept);
            else
                Step(value, gradient, first, second, back, corrected, shrunk);
        }
    }

    /// <summary>Everything of an element while it is at hand: a table's memory is passed over once, where libtorch's operations pass over it seven times.</summary>
    private static void Step(Span<float> value, Span<float> gradient, Span<float> first, Span<float> second, float size, float correction, float kept)
    {
        var values = Vectors(value);
        var gradients = Vectors(gradient);
        var firsts = Vectors(first);
        var seconds = Vectors(second);
        for (var i = 0; i < values.Length; i++)
        {
            var g = gradients[i];
            var m = firsts[i] = firsts[i] * (float)Beta1 + g * (float)(1 - Beta1);
            var v = seconds[i] = seconds[i] * (float)Beta2 + g * g * (float)(1 - Beta2);
            values[i] = values[i] * kept - m * size / (Vector512.Sqrt(v) / correction + Vector512.Create((float)Epsilon));
            gradients[i] = Vector512<float>.Zero;
        }
        for (var i = values.Length * Vector512<float>.Count; i < value.Length; i++)
        {
            var g = gradient[i];
            var m = first[i] = first[i] * (float)Beta1 + g * (float)(1 - Beta1);
            var v = second[i] = second[i] * (float)Beta2 + g * g * (float)(1 - Beta2);
            value[i] = value[i] * kept - m * size / (MathF.Sqrt(v) / correction + (float)Epsilon);
            gradient[i] = 0;
        }
    }

    private static Span<Vector512<float>> Vectors(Span<float> floats) => MemoryMarshal.Cast<float, Vector512<float>>(floats);

    private static void Step(Tensor value, Tensor gradient, Tensor first, Tensor second, TorchSharp.Scalar back, TorchSharp.Scalar correction, TorchSharp.Scalar kept)
    {
        value.mul_(kept);
        first.mul_(Scalars.Of(Beta1)).add_(gradient, alpha: Scalars.Of(1 - Beta1));
        second.mul_(Scalars.Of(Beta2)).addcmul_(gradient, gradient, Scalars.Of(1 - Beta2));
        value.addcdiv_(first, second.sqrt().div_(correction).add_(Scalars.Of(Epsilon)), back);
        gradient.zero_();
    }

    public void Dispose()
    {
        foreach (var (_, _, first, second) in slots)
        {
            first.Dispose();
            second.Dispose();
        }
    }
}

/// <summary>What an optimizer remembers of a parameter.</summary>
internal static class Moment
{
    public static Tensor Of(Parameter parameter) => zeros_like(parameter, requires_grad: false).DetachFromDisposeScope();
}
