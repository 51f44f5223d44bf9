// Kalamkar et al.: A Study of BFLOAT16 for Deep Learning Training. 2019, https://arxiv.org/abs/1905.12322
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ModelOps.Trainer.Architectures;

/// <summary>
/// Mixed precision, which TorchSharp has no autocast for: within a scope matrix products read bfloat16 and add up in float32; weights,
/// sums, softmax and everything else stay float32. Gradients pass in the precision of the product that they belong to.
/// </summary>
internal static class Autocast
{
    [ThreadStatic] private static bool isOn;

    /// <summary>Until disposed, on this thread.</summary>
    public static Scope To(bool bfloat16) => new(bfloat16);

    /// <summary>x · weightᵀ + bias: (…, in), (out, in), (out) → (…, out).</summary>
    public static Tensor Linear(Tensor x, Tensor weight, Tensor? bias = null)
    {
        if (!isOn)
            return nn.functional.linear(x, weight, bias);
        var product = nn.functional.linear(x.to_type(ScalarType.BFloat16), weight.to_type(ScalarType.BFloat16)).to_type(ScalarType.Float32);
        return bias is null ? product : product.Plus(bias);
    }

    /// <summary>A layer's output; with its hooks, which adapters are, in float32.</summary>
    public static Tensor Apply(this Linear layer, Tensor x)
    {
        ArgumentNullException.ThrowIfNull(layer);
        return isOn ? Linear(x, layer.weight!, layer.bias) : layer.call(x);
    }

    public readonly struct Scope : IDisposable
    {
        private readonly bool before = isOn;

        public Scope(bool bfloat16) => isOn = bfloat16;

        public void Dispose() => isOn = before;
    }
}
