using ModelOps.Trainer.Objectives;
using static TorchSharp.torch;

namespace ModelOps.Trainer.Tests.Objectives;

public class SharedNegativesTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(30)] // scores whose exponentials overflow
    public void Loss_NegativesAmongWhichTheTargetIs_IsLibtorchsLossWithItsGradients(float scale)
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        var (targets, sample) = (tensor(new long[] { 4, 7, 9 }), tensor(new long[] { 1, 4, 2, 9, 4 }));
        var (target, others, weights) = ((randn(3, 1) * scale).requires_grad_(), (randn(3, 5) * scale).requires_grad_(), rand(3));
        var expected = nn.functional.cross_entropy(cat([target, others.masked_fill(sample.unsqueeze(0).eq(targets.unsqueeze(1)), -1e9f)], 1), zeros_like(targets), reduction: nn.Reduction.None);
        (expected * weights).sum().backward();
        var (targetGradient, othersGradient) = (target.grad!.clone(), others.grad!.clone());
        target.grad!.zero_();
        others.grad!.zero_();

        var actual = SharedNegatives.Loss(target, others, targets, sample);
        (actual * weights).sum().backward();
        Assert.True(actual.allclose(expected, rtol: 1e-5, atol: 1e-5));
        Assert.True(target.grad!.allclose(targetGradient, atol: 1e-6) && others.grad!.allclose(othersGradient, atol: 1e-6));
    }
}
