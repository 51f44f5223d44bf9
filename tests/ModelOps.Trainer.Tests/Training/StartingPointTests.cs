using ModelOps.Features;
using ModelOps.Trainer.Architectures;
using ModelOps.Trainer.Training;
using static TorchSharp.torch;

namespace ModelOps.Trainer.Tests.Training;

public class StartingPointTests
{
    private const int Length = 6;

    [Theory]
    [InlineData("sasrec")]
    [InlineData("ligr")]
    [InlineData("hstu")]
    public void ApplyTo_AnotherCatalogue_FindsItemsAndFeaturesByName(string architecture)
    {
        using var folder = new Folder();
        using var scope = NewDisposeScope();
        var old = Shop.Catalogue(9).Items.ToArray();
        CatalogueItem[] now = [.. old.Skip(3).Reverse(), new("new", "thing1 fresh", "brand1", "all|kind1", 3, true, 0)];
        using var before = Network(architecture, old, seed: 1);
        StartingPoint.Write(folder.Path, before, new WeightsDescription(architecture, 17, [.. old.Select(item => item.Id)], ItemFeatures.Of(old)!.Names));

        using var after = Network(architecture, now, seed: 2);
        var start = StartingPoint.TryRead(folder.Path)!;
        var own = after.get_parameter("items.weight")![now.Length].clone();
        start.ApplyTo(after, architecture, new Vocabulary(now.Select(item => item.Id)), ItemFeatures.Of(now));

        Assert.Equal(17, start.LearnedUntil);
        foreach (var (item, row) in now.SkipLast(1).Select((item, at) => (item, at + 1)))
            Assert.True(after.get_parameter("items.weight")![row].equal(before.get_parameter("items.weight")![Array.IndexOf(old, item) + 1]).all().item<bool>());
        Assert.True(own.equal(after.get_parameter("items.weight")![now.Length]).all().item<bool>()); // nobody knew it
        foreach (var (name, parameter) in before.named_parameters().Where(named => named.name is not ("items.weight" or "features.weight")))
            Assert.True(parameter.equal(after.get_parameter(name)!).all().item<bool>(), name);
    }

    [Fact]
    public void ApplyTo_SameCatalogue_ScoresTheSame()
    {
        using var folder = new Folder();
        using var scope = NewDisposeScope();
        var items = Shop.Catalogue(9).Items.ToArray();
        using var before = Network("sasrec", items, seed: 1);
        StartingPoint.Write(folder.Path, before, new WeightsDescription("sasrec", 0, [.. items.Select(item => item.Id)], ItemFeatures.Of(items)!.Names));
        using var after = Network("sasrec", items, seed: 2);
        StartingPoint.TryRead(folder.Path)!.ApplyTo(after, "sasrec", new Vocabulary(items.Select(item => item.Id)), ItemFeatures.Of(items));
        Assert.Equal(Scores(before), Scores(after));
    }

    [Theory]
    [InlineData("ligr", 16, "is a sasrec, this run trains a ligr")]
    [InlineData("sasrec", 8, "Train with its dimensions")]
    public void ApplyTo_AnotherShape_SaysWhatToDo(string architecture, int dimensions, string hint)
    {
        using var folder = new Folder();
        var items = Shop.Catalogue(9).Items.ToArray();
        using var before = Network("sasrec", items, seed: 1);
        StartingPoint.Write(folder.Path, before, new WeightsDescription("sasrec", 0, [.. items.Select(item => item.Id)], []));
        using var other = Network(architecture, items, seed: 1, dimensions);
        var refusal = Assert.Throws<TrainingException>(() => StartingPoint.TryRead(folder.Path)!.ApplyTo(other, architecture, new Vocabulary(items.Select(item => item.Id)), ItemFeatures.Of(items)));
        Assert.Contains(hint, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TryRead_NothingThere_IsNull()
    {
        using var folder = new Folder();
        Assert.Null(StartingPoint.TryRead(folder.Path));
    }

    /// <summary>A shop's first months, then as much again: the second training begins where the first ended, and is measured on what is new alone.</summary>
    [Fact]
    public void Run_StartedFromAnEarlierModel_AsksOnlyForWhatCameAfterIt()
    {
        var whole = Shop.Weekly(weeks: 20);
        var halved = Shop.Of(60, Enumerable.Range(0, whole.Users.Length).Select(user => whole.Of(user)[..(whole.Of(user).Length / 2)].ToArray()));
        var parameters = Shop.Small with { Protocol = "auto", Epochs = 3, Refit = "warm" };
        using var first = new Folder();
        using var second = new Folder();
        using (var session = new TrainingSession(parameters, halved, Shop.Catalogue(60), hasClock: true, first.Path, _ => { }))
        {
            session.Run();
            session.WriteWeights(first.Path);
            Assert.False(session.IsWarm);
        }

        var start = StartingPoint.TryRead(first.Path)!;
        using var warm = new TrainingSession(parameters with { Start = "champion" }, whole, Shop.Catalogue(60), hasClock: true, second.Path, _ => { }, start: start);
        Assert.True(warm.IsWarm);
        Assert.Equal(halved.LastSeconds, start.LearnedUntil);
        Assert.All(warm.Test.Cases, @case => Assert.True(whole.Of(@case.User, warm.Test.Known[@case.User]).Length >= halved.Of(@case.User).Length));
        var progress = warm.Run();
        Assert.Equal(Stage.Finished, progress.Stage);
    }

    private static SequenceNetwork Network(string architecture, CatalogueItem[] items, int seed, int dimensions = 16)
    {
        manual_seed(seed);
        var network = Architecture.Networks[architecture](new NetworkConfig(items.Length, Length, dimensions, 1, 1, 0) { Chosen = items.Length, Features = ItemFeatures.Of(items) });
        using var untracked = no_grad();
        foreach (var parameter in network.parameters())
            parameter.normal_(0, 0.3);
        network.get_parameter("items.weight")![0].zero_();
        network.get_parameter("features.weight")![0].zero_();
        return network;
    }

    private static float[] Scores(SequenceNetwork network)
    {
        var scores = new float[network.Items + 1];
        network.Score([0, 0, 0, 1, 2, 3], scores);
        return scores;
    }
}
