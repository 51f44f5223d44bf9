using ModelOps.Trainer.Optimizers;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ModelOps.Trainer.Tests.Optimizers;

public class ClippingTests
{
    [Theory]
    [InlineData(0.5)]
    [InlineData(1000)]
    public void Clip_SeveralParameters_DoesAsLibtorchDoes(double length)
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        var (one, other, idle) = (new Parameter(randn(33, 5)), new Parameter(randn(7)), new Parameter(randn(2)));
        (one.square().sum() + other.square().sum()).backward();
        var before = (one.grad!.clone(), other.grad!.clone());
        var expected = nn.utils.clip_grad_norm_([one, other], length);
        var after = (one.grad!.clone(), other.grad!.clone());
        one.grad!.copy_(before.Item1);
        other.grad!.copy_(before.Item2);

        Assert.Equal(expected, Clipping.Clip([one, other, idle], length), 1e-3);
        Assert.True(one.grad!.allclose(after.Item1, rtol: 1e-5) && other.grad!.allclose(after.Item2, rtol: 1e-5));
    }
}
