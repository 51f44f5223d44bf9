using Google.Protobuf;
using ModelOps.Trainer.Architectures;
using ModelOps.Trainer.Compression;
using ModelOps.Trainer.Evaluation;
using ModelOps.Trainer.Onnx;
using ModelOps.Trainer.Training;
using static TorchSharp.torch;

namespace ModelOps.Trainer.Tests.Compression;

public class CompressorTests
{
    private const int Items = 300, Length = 8;

    public static TheoryData<string, string> EveryVariantOfEveryNetwork =>
        [.. Variant.All.SelectMany(variant => Architecture.Networks.Keys.Select(network => (variant.Name, network)))];

    [Theory]
    [MemberData(nameof(EveryVariantOfEveryNetwork))]
    public void Of_EveryNetwork_IsSmallerAndScoresNearlyTheSame(string variant, string architecture)
    {
        using var folder = new Folder();
        using var network = Network(architecture);
        var exact = Write(network, folder, out var model);
        var compressed = Path.Combine(folder.Path, "compressed.onnx");
        File.WriteAllBytes(compressed, Variant.All.Single(one => one.Name == variant).Of(model).ToByteArray());
        Assert.True(new FileInfo(compressed).Length < new FileInfo(exact).Length * 0.65, $"{new FileInfo(compressed).Length} of {new FileInfo(exact).Length} bytes.");

        var (before, after) = (Scores(exact), Scores(compressed));
        var apart = before.Zip(after).Average(pair => Math.Abs(pair.First - pair.Second));
        Assert.InRange(apart, 0, 0.1); // of scores whose standard deviation is 1
        Assert.NotEqual(before, after);
    }

    [Fact]
    public void Of_SmallWeights_StayAsTheyAre()
    {
        using var folder = new Folder();
        using var model = Architecture.Counted.Single(counted => counted.Name == "popularity").Count(new Observed([[1, 2]], Shop.Catalogue(9).Items, Length), null);
        Write(model, folder, out var exact);
        Assert.All(Variant.All, variant => Assert.Equal(exact, variant.Of(exact)));
    }

    [Fact]
    public void Compress_NothingMayBeLost_KeepsTheExactOne()
    {
        var (reports, kept, exact) = Compress(Shop.Small with { MostLoss = 0, Compression = "int8" }, broken: true);
        Assert.Equal("exact", reports.Single(report => report.Kept).Name);
        Assert.Equal(exact, kept);
    }

    [Fact]
    public void Compress_MuchMayBeLost_KeepsTheSmallest()
    {
        var (reports, kept, _) = Compress(Shop.Small with { MostLoss = 1 }, broken: false);
        Assert.Equal(["exact", .. Variant.All.Select(variant => variant.Name)], reports.Select(report => report.Name));
        Assert.Equal(reports.MinBy(report => report.Bytes)!.Name, reports.Single(report => report.Kept).Name);
        Assert.Equal(reports.Min(report => report.Bytes), kept);
        Assert.All(reports, report => Assert.True(report.Milliseconds > 0));
    }

    [Fact]
    public void Compress_None_LeavesTheFileAlone()
    {
        var (reports, kept, exact) = Compress(Shop.Small with { Compression = "none" }, broken: false);
        Assert.Equal("exact", Assert.Single(reports).Name);
        Assert.Equal(exact, kept);
    }

    /// <param name="broken">Items in couples whose vectors differ too little for 8 bits.</param>
    private static (IReadOnlyList<VariantReport> Reports, long Kept, long Exact) Compress(TrainingParameters parameters, bool broken)
    {
        using var folder = new Folder();
        using var network = Network("sasrec");
        var interactions = Shop.Circle(items: Items);
        var test = LeaveOneOut.Split(interactions).Test;
        if (broken)
        {
            using var scope = NewDisposeScope();
            using var untracked = no_grad();
            var table = network.get_parameter("items.weight")!;
            for (var item = 2; item <= Items; item += 2)
                table[item].copy_(table[item - 1] * 1.0005f);
            test = test with { Cases = [.. test.Cases.Select(@case => @case with { Relevant = Best(network, interactions, test, @case) })] };
        }
        var path = Write(network, folder, out _);
        var exact = new FileInfo(path).Length;
        var reports = new Compressor(parameters, interactions, test, excludeSeen: false, fusion: null).Compress(path, parameters.MostLoss);
        Assert.Single(Directory.GetFiles(folder.Path));
        return (reports, new FileInfo(path).Length, exact);
    }

    /// <summary>What the exact network puts first is what is asked: whatever changes the order loses.</summary>
    private static int[] Best(SequenceNetwork network, Interactions interactions, Holdout test, EvaluationCase @case)
    {
        var row = new float[Items + 1];
        new RecommenderScorer(network, interactions, test).Score([@case.User], row);
        return [Enumerable.Range(1, Items).MaxBy(item => row[item])];
    }

    private static SequenceNetwork Network(string architecture)
    {
        manual_seed(3);
        var network = Architecture.Networks[architecture](new NetworkConfig(Items, Length, Dimensions: 32, 2, 2, Dropout: 0.2) { Chosen = Items });
        using var untracked = no_grad();
        foreach (var parameter in network.parameters())
            parameter.normal_(0, 0.3);
        return network;
    }

    private static string Write(IRecommender model, Folder folder, out ModelOps.Trainer.Onnx.Format.ModelProto graph)
    {
        graph = RecommenderGraph.Of(model, "test").Build();
        var path = Path.Combine(folder.Path, "model.onnx");
        File.WriteAllBytes(path, graph.ToByteArray());
        return path;
    }

    private static float[] Scores(string path)
    {
        using var model = new ExportedModel(path);
        var answers = model.Rank([Question.Of(new long[] { 0, 0, 0, 1, 2, 3, 4, 5 }), Question.Of(new long[] { 0, 0, 0, 0, 0, 0, 0, 299 })], Items);
        return [.. answers.SelectMany(answer => answer.OrderBy(item => item.Index)).Select(item => item.Score)];
    }
}
