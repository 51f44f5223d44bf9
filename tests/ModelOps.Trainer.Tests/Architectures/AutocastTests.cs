using ModelOps.Trainer.Architectures;
using TorchSharp;
using static TorchSharp.torch;

namespace ModelOps.Trainer.Tests.Architectures;

public class AutocastTests
{
    [Fact]
    public void Linear_ReadsBfloat16_OnlyWithinItsScope()
    {
        using var scope = NewDisposeScope();
        manual_seed(3);
        var (x, weight, bias) = (randn(40, 64), randn(20, 64), randn(20));
        var exact = nn.functional.linear(x, weight, bias);
        Assert.True(Autocast.Linear(x, weight, bias).equal(exact).all().item<bool>());

        Tensor cast;
        using (Autocast.To(true))
            cast = Autocast.Linear(x, weight, bias);

        Assert.Equal(ScalarType.Float32, cast.dtype);
        // Eight bits of a number: each of 64 products is off by at most 2⁻⁸ of itself, twice.
        var bound = nn.functional.linear(x.abs(), weight.abs()) * (1 / 64f) + 0.1f;
        Assert.True((cast - exact).abs().less(bound).all().item<bool>());
        Assert.False(cast.equal(exact).all().item<bool>());
        Assert.True(Autocast.Linear(x, weight, bias).equal(exact).all().item<bool>());
    }

    [Theory]
    [InlineData("sasrec")]
    [InlineData("ligr")]
    [InlineData("hstu")]
    public void Gradients_ComeToFloat32Weights_AndPointTheSameWay(string architecture)
    {
        using var scope = NewDisposeScope();
        manual_seed(3);
        using var network = Architecture.Networks[architecture](new NetworkConfig(30, 8, 16, 2, 2, 0));
        var histories = randint(1, 31, new long[] { 12, 8 }, ScalarType.Int64);
        var exact = Gradients(false);
        var cast = Gradients(true);
        Assert.True(nn.functional.cosine_similarity(exact, cast, 0).item<float>() > .99f);

        Tensor Gradients(bool bfloat16)
        {
            foreach (var parameter in network.parameters())
                parameter.grad = null;
            using (Autocast.To(bfloat16))
                network.forward(histories).square().mean([-1]).sigmoid().sum().backward();
            var all = network.parameters().Where(parameter => parameter.grad is not null).Select(parameter => parameter.grad!).ToList();
            Assert.All(all, gradient => Assert.Equal(ScalarType.Float32, gradient.dtype));
            return cat([.. all.Select(gradient => gradient.reshape(-1))]).clone();
        }
    }
}
