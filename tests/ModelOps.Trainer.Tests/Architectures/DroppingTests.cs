using ModelOps.Trainer.Architectures;
using static TorchSharp.torch;

namespace ModelOps.Trainer.Tests.Architectures;

public class DroppingTests
{
    [Theory]
    [InlineData(0.1)]
    [InlineData(0.5)]
    [InlineData(0.9)]
    public void Fill_ManyElements_DropsTheShareAndKeepsTheMean(double share)
    {
        var mask = new float[1_000_003];
        Dropping.Fill(mask, share, seed: 5);
        Assert.Equal(share, mask.Count(value => value == 0) / (double)mask.Length, 0.003);
        Assert.Equal(1, mask.Average(), 0.02);
        // Neighbours know nothing of each other.
        Assert.Equal(share * share, mask.Zip(mask.Skip(1)).Count(pair => pair is (0, 0)) / (double)mask.Length, 0.003);
    }

    [Fact]
    public void Drop_SameSeed_DropsTheSame()
    {
        using var scope = NewDisposeScope();
        var x = ones(7, 9, requires_grad: true);
        manual_seed(3);
        var (first, second) = (Dropping.Drop(x, 0.5, training: true), Dropping.Drop(x, 0.5, training: true));
        manual_seed(3);
        Assert.True(Dropping.Drop(x, 0.5, training: true).equal(first).all().item<bool>());
        Assert.False(second.equal(first).all().item<bool>());
        first.sum().backward();
        Assert.True(x.grad!.equal(first).all().item<bool>());
        Assert.True(Dropping.Drop(x, 0.5, training: false).equal(x).all().item<bool>());
    }
}
