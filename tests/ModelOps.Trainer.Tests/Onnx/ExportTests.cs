using CsCheck;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using ModelOps.Features;
using ModelOps.Trainer.Architectures;
using ModelOps.Trainer.Onnx;
using ModelOps.Trainer.Onnx.Format;
using static TorchSharp.torch;
using ElementType = ModelOps.Trainer.Onnx.Format.TensorProto.Types.DataType;

namespace ModelOps.Trainer.Tests.Onnx;

public class ExportTests
{
    private const int Length = 6;

    /// <summary>Full, partly padded, one item, and nothing at all.</summary>
    private static readonly long[] Histories = [1, 2, 3, 4, 5, 6, 0, 0, 7, 7, 8, 9, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0];

    [Fact]
    public async Task GraphBuilder_SumOfInputAndConstant_RunsInOnnxRuntime()
    {
        var graph = new GraphBuilder("sum");
        var x = graph.Input("x", ElementType.Float, "batch", 2);
        graph.Output("y", graph.Node("Add", [x, graph.Constant("two", [2f, 3f])]), ElementType.Float, "batch", 2);
        using var session = new InferenceSession(graph.Build().ToByteArray());
        using var input = OrtValue.CreateTensorValueFromMemory(new[] { 1f, 1f }, [1, 2]);
        using var outputs = session.Run(new RunOptions(), ["x"], [input], ["y"]);
        Assert.Equal([3f, 4f], outputs[0].GetTensorDataAsSpan<float>().ToArray());
        await Task.CompletedTask;
    }

    [Fact]
    public void GraphBuilder_ValueStoredTwice_IsOneInitializer()
    {
        var graph = new GraphBuilder("twice");
        Assert.Equal(graph.Constant("one", 1f), graph.Constant("one", 1f));
        Assert.Single(graph.Build().Graph.Initializer);
    }

    public static TheoryData<string, int, int> EveryNetwork =>
        [.. Architecture.Networks.Keys.SelectMany(name => new[] { (name, 1, 1), (name, 2, 1), (name, 3, 4) })];

    [Theory]
    [MemberData(nameof(EveryNetwork))]
    public void Export_EveryNetwork_ScoresAsTheNetworkDoes(string architecture, int blocks, int heads)
    {
        using var folder = new Folder();
        using var network = Network(architecture, blocks, heads);
        Assert.InRange(ParityCheck.Verify(network, Write(network, folder), Histories), 0, ParityCheck.Tolerance);
    }

    public static TheoryData<string> EveryCounted => [.. Architecture.Counted.Select(counted => counted.Name)];

    [Theory]
    [MemberData(nameof(EveryCounted))]
    public void Export_EveryCounted_ScoresAsTheCountsDo(string architecture)
    {
        using var folder = new Folder();
        using var model = Counted(architecture);
        Assert.InRange(ParityCheck.Verify(model, Write(model, folder), Histories), 0, 1e-6);
    }

    [Fact]
    public void Export_FusionOfAll_ScoresAsTheSumDoes()
    {
        using var folder = new Folder();
        using var network = Network("sasrec", 1, 1);
        var counted = Architecture.Counted.Select(architecture => new FusionPart(architecture.Name, Counted(architecture.Name), 0.7)).ToList();
        using var fusion = new RankFusion([new FusionPart("network", network, 0.3), .. counted]);
        Assert.InRange(ParityCheck.Verify(fusion, Write(fusion, folder), Histories), 0, ParityCheck.Tolerance);
        counted.ForEach(part => part.Model.Dispose());
    }

    [Fact]
    public void Export_OwnCounts_RankAsTheFusionDoes()
    {
        using var folder = new Folder();
        using var network = Network("ligr", 1, 1);
        var own = new FrequencyFusion(3, 0.5, null);
        Assert.InRange(ParityCheck.Verify(network, Write(network, folder, own), Histories, own), 0, ParityCheck.Tolerance);
        Assert.Throws<ParityException>(() => ParityCheck.Verify(network, Path.Combine(folder.Path, "model.onnx"), Histories, own with { Weight = 6 }));
    }

    [Theory]
    [MemberData(nameof(EveryCounted))]
    public void Rank_AnyQuestions_AnswersAsTheNaiveRanking(string architecture)
    {
        using var folder = new Folder();
        using var model = Counted(architecture);
        var own = new FrequencyFusion(2, 0.5, null);
        using var exported = new ExportedModel(Write(model, folder, own));
        var item = Gen.Int[1, 9];
        var question = Gen.Select(Gen.Long[0, 9].Array[Length], item.Array[0, 12], Gen.Dictionary(item, Gen.Int[1, 5].Select(count => (float)count))[0, 9],
            (history, forbidden, counts) => new Question(history, forbidden, counts));
        Gen.Select(question.Array[1, 4], Gen.Int[1, 9]).Sample((questions, count) =>
        {
            var answers = exported.Rank(questions, count);
            foreach (var (asked, answer) in questions.Zip(answers))
            {
                var scores = new float[10];
                model.Score(asked.History.Span, scores);
                own.Apply(scores, asked.Own);
                var allowed = Enumerable.Range(1, 9).Except(asked.Forbidden).ToList();
                Assert.Equal(Math.Min(count, allowed.Count), answer.Length);
                Assert.Equal(answer.Length, answer.Select(ranked => ranked.Index).Intersect(allowed).Count());
                var best = allowed.Select(index => scores[index]).OrderDescending().ToArray();
                for (var rank = 0; rank < answer.Length; rank++)
                {
                    Assert.Equal(best[rank], answer[rank].Score, 1e-3f);
                    Assert.Equal(scores[answer[rank].Index], answer[rank].Score, 1e-3f);
                }
            }
        }, threads: 1);
    }

    [Fact]
    public void Rank_EqualScores_TheLowerIndexIsFirst()
    {
        using var folder = new Folder();
        using var model = Counted("item-knn");
        using var exported = new ExportedModel(Write(model, folder));
        var answer = Assert.Single(exported.Rank([new Question(new long[Length], [2, 5], new Dictionary<int, float>())], 4));
        Assert.Equal([1, 3, 4, 6], answer.Select(item => item.Index));
    }

    [Fact]
    public void Verify_ExclusionLost_IsRefused()
    {
        using var folder = new Folder();
        using var network = Network("sasrec", 1, 1);
        var path = Write(network, folder);
        var model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(path));
        var never = model.Graph.Initializer.Single(initializer => initializer.Name == "forbidden.never");
        never.RawData = ByteString.CopyFrom(BitConverter.GetBytes(-9f));
        File.WriteAllBytes(path, model.ToByteArray());

        Assert.Throws<ParityException>(() => ParityCheck.Verify(network, path, Histories));
    }

    [Fact]
    public void Verify_WeightsTamperedWith_IsRefused()
    {
        using var folder = new Folder();
        using var network = Network("sasrec", 1, 1);
        var model = RecommenderGraph.Of(network, "sasrec").Build();
        var weights = model.Graph.Initializer.Single(initializer => initializer.Name == "block0.query.bias");
        var bytes = weights.RawData.ToByteArray();
        BitConverter.GetBytes(3f).CopyTo(bytes, 0);
        weights.RawData = ByteString.CopyFrom(bytes);
        var path = Path.Combine(folder.Path, "model.onnx");
        File.WriteAllBytes(path, model.ToByteArray());

        var refusal = Assert.Throws<ParityException>(() => ParityCheck.Verify(network, path, Histories));
        Assert.Contains("not registered", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sasrec")]
    [InlineData("ligr")]
    [InlineData("hstu")]
    public void Forward_PaddingLeftOut_ChangesNothing(string architecture)
    {
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        using var network = Network(architecture, 2, 2);
        network.eval();
        var padded = network.Score(tensor(new long[] { 0, 0, 0, 4, 5, 6 }, 1, 6)).data<float>().ToArray();
        var trimmed = network.Score(tensor(new long[] { 4, 5, 6 }, 1, 3)).data<float>().ToArray();
        Assert.Equal(padded.Length, trimmed.Length);
        for (var i = 0; i < padded.Length; i++)
            Assert.Equal(padded[i], trimmed[i], 1e-4f);
    }

    /// <summary>Large weights, so that every part of the network shows in the scores.</summary>
    private static SequenceNetwork Network(string architecture, int blocks, int heads)
    {
        manual_seed(blocks * 10 + heads);
        var network = Architecture.Networks[architecture](new NetworkConfig(Items: 9, Length, Dimensions: 16, blocks, heads, Dropout: 0.2) { Chosen = 8, Features = ItemFeatures.Of(Shop.Catalogue(9).Items) });
        using var untracked = no_grad();
        foreach (var parameter in network.parameters())
            parameter.normal_(0, 0.3);
        return network;
    }

    private static IRecommender Counted(string architecture) => Architecture.Counted.Single(counted => counted.Name == architecture)
        .Count(new Observed([[1, 2, 3, 4], [4, 5, 6], [1, 3, 7, 8], [7, 7, 2], [9]], Shop.Catalogue(9).Items, Length), settings: null);

    private static string Write(IRecommender model, Folder folder, FrequencyFusion? own = null)
    {
        var path = Path.Combine(folder.Path, "model.onnx");
        File.WriteAllBytes(path, RecommenderGraph.Of(model, "test", own).Build().ToByteArray());
        return path;
    }
}
