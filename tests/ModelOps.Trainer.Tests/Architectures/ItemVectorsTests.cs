using ModelOps.Trainer.Architectures;
using static TorchSharp.torch;

namespace ModelOps.Trainer.Tests.Architectures;

public class ItemVectorsTests
{
    private static readonly long[] Items = [3, 1, 0, 2, 3, 3];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Of_AnyItems_GivesVectorsAndGradientsOfLibtorchsLookups(bool described)
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        var features = described ? new ItemFeatures(3, 2, [0, 0, 1, 2, 3, 0, 0, 0]) : null;
        var (own, said) = (new TorchSharp.Modules.Parameter(randn(4, 20)), new TorchSharp.Modules.Parameter(randn(4, 20)));
        var weights = randn(Items.Length, 20);
        var expected = own.index_select(0, tensor(Items));
        if (described)
        {
            var ids = tensor(features!.Ids, 4, 2);
            var scale = ids.ne(0).sum(1, keepdim: true).clamp_min(1).to_type(ScalarType.Float32).rsqrt().index_select(0, tensor(Items));
            expected = expected + said.index_select(0, ids.index_select(0, tensor(Items)).flatten()).view(Items.Length, 2, 20).mul(ids.index_select(0, tensor(Items)).ne(0).unsqueeze(-1)).sum(1) * scale;
        }
        (expected * weights).sum().backward();
        var (ownGradient, saidGradient) = (own.grad!.clone(), said.grad?.clone());
        ownGradient[0].zero_(); // the padding's
        own.grad!.zero_();
        said.grad?.zero_();

        var actual = ItemVectors.Of(own, described ? said : null, features, Items);
        (actual * weights).sum().backward();
        Assert.True(actual.allclose(expected, atol: 1e-6));
        Assert.True(own.grad!.allclose(ownGradient, atol: 1e-6));
        Assert.True(saidGradient is null || said.grad!.allclose(saidGradient, atol: 1e-6));
    }

    [Fact]
    public void Of_TableThatLearnsNothing_LeavesItsGradientEmpty()
    {
        using var scope = NewDisposeScope();
        var features = new ItemFeatures(1, 1, [0, 1, 1, 1]);
        var (own, said) = (new TorchSharp.Modules.Parameter(randn(4, 8), requires_grad: false), new TorchSharp.Modules.Parameter(randn(2, 8)));
        ItemVectors.Of(own, said, features, Items).sum().backward();
        Assert.Null(own.grad);
        Assert.Equal(5f, said.grad![1, 0].item<float>()); // five items that are no padding
    }
}
