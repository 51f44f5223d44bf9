using Google.Protobuf;
using ModelOps.Features;
using ModelOps.Features.Retrieval;
using ModelOps.Trainer.Architectures;
using ModelOps.Trainer.Onnx;
using ModelOps.Trainer.Retrieval;
using ModelOps.Trainer.Training;
using static TorchSharp.torch;

namespace ModelOps.Trainer.Tests.Retrieval;

public sealed class IndexStageTests : IDisposable
{
    private const int Items = 2000, Length = 5, Shoppers = 250;
    private static readonly TrainingParameters Parameters = new() { IndexFrom = Items };
    private readonly Folder folder = new();
    private readonly int[][] sequences = Sequences();

    private string ModelPath => Path.Combine(folder.Path, PackageFiles.Model);

    private string IndexPath => Path.Combine(folder.Path, PackageFiles.Index);

    public static TheoryData<string, bool> EveryNetwork => [.. Architecture.Networks.Keys.SelectMany(name => new[] { (name, false), (name, true) })];

    /// <summary>With popularity beside the network, 13 dimensions become 16.</summary>
    [Theory]
    [MemberData(nameof(EveryNetwork))]
    public void Write_EveryNetwork_KeepsAnIndexThatScoresAsTheGraph(string architecture, bool popular)
    {
        using var network = Network(architecture);
        using var popularity = Popularity.Count(new Observed(sequences, [.. Enumerable.Range(1, Items).Select(Item)], Length));
        var fusion = popular ? new FrequencyFusion(2, 0.5, null) : null;
        using var deployed = new RankFusion([new FusionPart("network", network, 0.6), new FusionPart(Popularity.Name, popularity, popular ? 0.3 : 0)]);

        var report = Write(deployed, Parameters, fusion);

        Assert.True(report.Kept, report.Reason);
        Assert.InRange(report.Recall[100], 0.99, 1);
        Assert.InRange(report.Parity, 1e-12, ParityCheck.Tolerance);
        Assert.Equal(Shoppers, report.Rows);
        using var index = ItemIndex.Open(IndexPath);
        Assert.Equal((Items, popular ? 16 : 12, report.Depth), (index.Items, index.Dimensions, index.Depth));
    }

    [Fact]
    public void Write_BelowTheGate_LeavesNoIndexAndSaysWhy()
    {
        using var network = Network("sasrec");
        using var deployed = new RankFusion([new FusionPart("network", network, 1)]);

        var report = Write(deployed, Parameters with { IndexRecall = 1 }, null, reaches: [0.01f]);

        Assert.False(report.Kept);
        Assert.InRange(report.Recall[100], 0, 0.9999);
        Assert.Contains("indexRecall", report.Reason, StringComparison.Ordinal);
        Assert.Equal([ModelPath], Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void Write_NeighboursAreCounted_MakesNone()
    {
        using var network = Network("sasrec");
        using var counted = Architecture.Counted.Single(architecture => architecture.Name == "item-knn").Count(new Observed(sequences, [.. Enumerable.Range(1, Items).Select(Item)], Length), null);
        using var deployed = new RankFusion([new FusionPart("network", network, 1), new FusionPart("item-knn", counted, 0.5)]);

        AssertNone(deployed, Parameters, "count neighbours");
    }

    [Fact]
    public void Write_FewItems_MakesNone()
    {
        using var network = Network("sasrec");
        using var deployed = new RankFusion([new FusionPart("network", network, 1)]);

        AssertNone(deployed, Parameters with { IndexFrom = Items + 1 }, "indexFrom");
        AssertNone(deployed, Parameters with { Index = "none" }, "'index' is none");
    }

    private void AssertNone(IRecommender deployed, TrainingParameters parameters, string reason)
    {
        var report = Write(deployed, parameters, null);

        Assert.False(report.Kept);
        Assert.Contains(reason, report.Reason, StringComparison.Ordinal);
        Assert.False(File.Exists(IndexPath));
    }

    private IndexReport Write(IRecommender deployed, TrainingParameters parameters, FrequencyFusion? fusion, IReadOnlyList<float>? reaches = null)
    {
        File.WriteAllBytes(ModelPath, RecommenderGraph.Of(deployed, "test", fusion).Build().ToByteArray());
        Question[] questions = [.. sequences.Select(sequence => new Question(sequence.Select(item => (long)item).ToArray(), [.. sequence[..2].Distinct()], fusion is null ? new Dictionary<int, float>() : sequence.CountBy(item => item).ToDictionary(pair => pair.Key, pair => (float)pair.Value)))];
        return new IndexStage(parameters, fusion, questions) { Reaches = reaches ?? IndexStage.AllReaches }.Write(deployed, ModelPath, folder.Path);
    }

    private static SequenceNetwork Network(string architecture)
    {
        manual_seed(3);
        var network = Architecture.Networks[architecture](new NetworkConfig(Items, Length, 12, 1, 1, 0));
        network.eval();
        return network;
    }

    private static CatalogueItem Item(int number) => new($"p{number}", $"Product {number}", null, null, number, true, 0);

    private static int[][] Sequences()
    {
        var random = new Random(5);
        return [.. Enumerable.Range(0, Shoppers).Select(_ => Enumerable.Range(0, Length).Select(_ => 1 + (int)(Items * random.NextDouble() * random.NextDouble())).ToArray())];
    }

    public void Dispose() => folder.Dispose();
}
