using ModelOps.Trainer.Architectures;
using ModelOps.Trainer.Training;
using static TorchSharp.torch;

namespace ModelOps.Trainer.Tests.Training;

public class AdaptersTests
{
    public static TheoryData<string> EveryNetwork => [.. Architecture.Networks.Keys];

    [Theory]
    [MemberData(nameof(EveryNetwork))]
    public void Pass_WithAdapters_LeavesDenseWeightsUntilTheyAreMerged(string architecture)
    {
        using var scope = NewDisposeScope();
        using var learner = Learner(Shop.Small with { Architecture = architecture, LoraRank = 2 });
        var before = learner.Weights();
        Pass(learner);
        var after = learner.Weights();

        var dense = after.Keys.Where(name => name.StartsWith("blocks", StringComparison.Ordinal) && after.ContainsKey("adapters." + name.Replace(".weight", "", StringComparison.Ordinal).Replace('.', '_') + "_in")).ToList();
        Assert.NotEmpty(dense);
        Assert.All(dense, name => Assert.Equal(before[name], after[name]));
        Assert.Contains(after.Keys, name => name.EndsWith("_out", StringComparison.Ordinal) && after[name].Any(value => value != 0));

        var scores = Scores(learner.Network);
        learner.Merge();
        Assert.Equal(scores, Scores(learner.Network), (expected, actual) => Math.Abs(expected - actual) < 1e-4);
        Assert.All(dense, name => Assert.NotEqual(before[name], learner.Weights()[name]));
    }

    [Fact]
    public void Pass_SomeFrozen_OnlyTheOthersChange()
    {
        using var learner = Learner(Shop.Small with { Freeze = ["items", "positions"] });
        var before = learner.Weights();
        Pass(learner);
        var after = learner.Weights();
        Assert.Equal(before["items.weight"], after["items.weight"]);
        Assert.Equal(before["positions"], after["positions"]);
        Assert.NotEqual(before["norm.weight"], after["norm.weight"]);
    }

    [Theory]
    [InlineData("embeddings", "no weight of this sasrec begins")]
    [InlineData("", "nothing to learn")]
    public void Constructor_FreezeThatCannotBe_SaysSo(string freeze, string hint)
    {
        var refusal = Assert.Throws<TrainingException>(() => Learner(Shop.Small with { Freeze = [freeze] }));
        Assert.Contains(hint, refusal.Message, StringComparison.Ordinal);
    }

    private static Learner Learner(TrainingParameters parameters) => new([0, .. Enumerable.Repeat(1f / 40, 40)], 40, null, parameters);

    private static void Pass(Learner learner)
    {
        var interactions = Shop.Circle();
        learner.Pass(new ModelOps.Trainer.Training.Windows(interactions, interactions.Everything(), Shop.Small.Length), seed: 1, pass: 0, halvings: 0);
    }

    private static float[] Scores(SequenceNetwork network)
    {
        var scores = new float[network.Items + 1];
        network.Score([0, 0, 0, 0, 0, 1, 2, 3], scores);
        return scores;
    }
}
