using ModelOps.Trainer.Optimizers;
using static TorchSharp.torch;

namespace ModelOps.Trainer.Tests.Optimizers;

public class OptimizerTests
{
    /// <summary>The gradient of w² / 2 is w itself: w ← w − 0.1·w, then with 0.9 of the way before added.</summary>
    [Fact]
    public void MomentumSgd_TwoSteps_GoOnInTheDirectionTheyHad()
    {
        using var scope = NewDisposeScope();
        var network = One(1);
        using var optimizer = new MomentumSgd(network, weightDecay: 0);
        Assert.Equal([0.9f, 0.72f], new[] { Step(), Step() }, (expected, actual) => Math.Abs(expected - actual) < 1e-6);

        float Step() => Stepped(network, optimizer, 0.1);
    }

    /// <summary>Adam's first step has the learning rate's length whatever the gradient's is.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    public void AdamW_FirstStep_IsAsLongAsTheLearningRate(float start)
    {
        using var scope = NewDisposeScope();
        var network = One(start);
        using var optimizer = new AdamW(network, weightDecay: 0);
        Assert.Equal(start - 0.1f, Stepped(network, optimizer, 0.1), 1e-4f);
    }

    /// <summary>Elements beyond the last whole vector too.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(0.1)]
    public void AdamW_ManySteps_GoWhereLibtorchsGo(double weightDecay)
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        var (ours, theirs) = (nn.Linear(37, 3), nn.Linear(37, 3));
        theirs.load_state_dict(ours.state_dict());
        using var optimizer = new AdamW(ours, weightDecay);
        var expected = optim.AdamW(theirs.parameters(), lr: 0.01, beta1: 0.9, beta2: 0.98, weight_decay: weightDecay);
        for (var step = 0; step < 50; step++)
        {
            var x = randn(4, 37);
            ours.forward(x).square().sum().backward();
            optimizer.Step(0.01);
            expected.zero_grad();
            theirs.forward(x).square().sum().backward();
            expected.step();
        }
        Assert.True(ours.weight!.allclose(theirs.weight!, rtol: 1e-4, atol: 1e-6));
        Assert.True(ours.bias!.allclose(theirs.bias!, rtol: 1e-4, atol: 1e-6));
    }

    [Theory]
    [InlineData("adamw")]
    [InlineData("sgd")]
    public void Step_WeightDecayAlone_ShrinksWhatHasNoGradient(string name)
    {
        using var scope = NewDisposeScope();
        var network = One(2);
        using var optimizer = Optimizer.Create(name, network, weightDecay: 0.5);
        network.weight!.sum().mul(0).backward();
        optimizer.Step(0.1);
        Assert.Equal(2 * (1 - 0.1f * 0.5f), network.weight!.item<float>(), 1e-6f);
    }

    [Fact]
    public void Create_UnknownName_SaysSo() => Assert.Throws<ArgumentException>(() => Optimizer.Create("adagrad", One(1), 0));

    private static TorchSharp.Modules.Linear One(float start)
    {
        var network = nn.Linear(1, 1, hasBias: false);
        using var untracked = no_grad();
        network.weight!.fill_(start);
        return network;
    }

    private static float Stepped(TorchSharp.Modules.Linear network, IOptimizer optimizer, double learningRate)
    {
        network.weight!.square().sum().div(2).backward();
        optimizer.Step(learningRate);
        return network.weight!.item<float>();
    }
}
