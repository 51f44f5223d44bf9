using System.Text;
using Google.Protobuf;
using ModelOps.Trainer.Architectures;
using ModelOps.Trainer.Imports;
using ModelOps.Trainer.Onnx;
using static TorchSharp.torch;

namespace ModelOps.Trainer.Tests.Imports;

public sealed class CheckpointLoaderTests : IDisposable
{
    private const int Length = 4;

    /// <summary>Full, partly padded, one item, and nothing at all.</summary>
    private static readonly long[] Histories = [1, 2, 3, 4, 0, 0, 7, 8, 0, 0, 0, 3, 0, 0, 0, 0];

    private readonly Folder folder = new();

    private string FilePath => Path.Combine(folder.Path, "model.safetensors");

    [Theory]
    [InlineData("gelu", 1)]
    [InlineData("relu", 2)]
    [InlineData("swish", 3)]
    public void Load_CheckpointOfEveryShape_IsExportedAsItIs(string activation, int blocks)
    {
        var description = Describe($$"""{"length":4,"dimensions":6,"blocks":{{blocks}},"heads":2,"inner":10,"activation":"{{activation}}","epsilon":1e-12}""");
        var written = Write(description, items: 9);
        using var file = SafeTensors.Open(FilePath);
        using var network = CheckpointLoader.Load(description, file);

        var kept = network.named_parameters().ToDictionary(named => named.name, named => named.parameter.data<float>().ToArray());
        var expected = CheckpointLoader.Check(description, file).Weights().ToDictionary(weight => weight.Name, weight => written[description.NameOf(weight.Part, weight.Block)]);
        Assert.Equal(expected.Keys.Order(), kept.Keys.Order());
        Assert.All(expected, weight => Assert.Equal(weight.Value, kept[weight.Key]));

        var path = Path.Combine(folder.Path, "model.onnx");
        File.WriteAllBytes(path, RecommenderGraph.Of(network, "bert").Build().ToByteArray());
        Assert.InRange(ParityCheck.Verify(network, path, Histories), 0, ParityCheck.Tolerance);
    }

    /// <summary>
    /// Worked by hand: one block whose attention and feed-forward add nothing, so that with layer normalisations that change nothing
    /// more the answer is norm(item + position) thrice normalised, which is once: (−1, 1) or (1, −1) in two dimensions.
    /// </summary>
    [Fact]
    public void Score_BlockThatAddsNothing_IsTheNormalisedSumTimesTheItems()
    {
        var description = Describe("""{"length":2,"dimensions":2,"blocks":1,"heads":1,"inner":2}""");
        var values = new Dictionary<string, float[]>
        {
            ["item_embeddings.weight"] = [9, 9, 0, 3, 5, 0, 2, 1],
            ["position_embeddings.weight"] = [0, 0, 1, 0],
        };
        Write(description, items: 3, (name, size) => values.GetValueOrDefault(name) ?? (name.EndsWith("Norm.weight", StringComparison.Ordinal) ? [1, 1] : new float[size]));
        using var file = SafeTensors.Open(FilePath);
        using var network = CheckpointLoader.Load(description, file);
        using var scope = NewDisposeScope();
        using var untracked = no_grad();

        var last = network.forward(tensor(new long[] { 2, 1 }, 1, 2)).select(1, -1).data<float>().ToArray();
        Assert.Equal([-1f, 1f], last.Select(value => MathF.Round(value, 5))); // (0, 3) + (1, 0)
        var scores = new float[4];
        network.Score([2L, 1L], scores);
        // Products 3, −5, −1 in standard deviations over the three items, √(98/9 …): only their proportions are looked at.
        Assert.Equal(-5 / 3.0, scores[2] / scores[1], 1e-4);
        Assert.Equal(-1 / 3.0, scores[3] / scores[1], 1e-4);
    }

    [Fact]
    public void Load_NamesOfAnotherLibrary_AreMapped()
    {
        var description = Describe("""{"length":4,"dimensions":4,"blocks":1,"heads":1,"tensors":{"items":"bert.embeddings.word_embeddings.weight","query":"bert.encoder.layer.{block}.attention.self.query"}}""");
        Write(description, items: 5);
        using var file = SafeTensors.Open(FilePath);
        Assert.Contains("bert.encoder.layer.0.attention.self.query.bias", file.Tensors.Keys);
        using var network = CheckpointLoader.Load(description, file);
        Assert.Equal(5, network.Items);
    }

    [Fact]
    public void Load_FewerItemsThanRows_LeavesTheSpecialOnesOut()
    {
        var description = Describe("""{"items":7,"length":4,"dimensions":4,"blocks":1,"heads":1}""");
        Write(description, items: 9);
        using var file = SafeTensors.Open(FilePath);
        using var network = CheckpointLoader.Load(description, file);
        Assert.Equal(7, network.Items);
    }

    [Theory]
    [InlineData("""{"length":4,"dimensions":4,"blocks":2,"heads":1}""", "'item_encoder.layer.1.attention.query.weight' is not in the file.")]
    [InlineData("""{"length":5,"dimensions":4,"blocks":1,"heads":1}""", "'position_embeddings.weight' has the shape [4, 4], the description makes it [5, 4]")]
    [InlineData("""{"length":4,"dimensions":4,"blocks":1,"heads":1,"inner":8}""", "'item_encoder.layer.0.intermediate.dense_1.weight' has the shape [16, 4], the description makes it [8, 4]")]
    [InlineData("""{"length":4,"dimensions":8,"blocks":1,"heads":1}""", "'item_embeddings.weight' has the shape [10, 4]")]
    [InlineData("""{"items":10,"length":4,"dimensions":4,"blocks":1,"heads":1}""", "10 items and a padding")]
    [InlineData("""{"length":4,"dimensions":4,"blocks":1,"heads":1,"tensors":{"items":"wte"}}""", "'wte' is not in the file. The file has: LayerNorm.bias")]
    public void Check_FileThatDoesNotFit_NamesTheTensor(string description, string cause)
    {
        Write(Describe("""{"length":4,"dimensions":4,"blocks":1,"heads":1}"""), items: 9);
        using var file = SafeTensors.Open(FilePath);
        Assert.Contains(cause, Assert.Throws<ImportException>(() => CheckpointLoader.Check(Describe(description), file)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_WeightThatIsNaN_IsRefusedByName()
    {
        var description = Describe("""{"length":4,"dimensions":4,"blocks":1,"heads":1}""");
        Write(description, items: 9, (name, _) => name == "LayerNorm.bias" ? [0, float.NaN, 0, 0] : null);
        using var file = SafeTensors.Open(FilePath);
        Assert.Contains("'LayerNorm.bias' holds values that are no numbers", Assert.Throws<ImportException>(() => CheckpointLoader.Load(description, file)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"heads":3}""", "3 heads cannot share 64 dimensions")]
    [InlineData("""{"activation":"tanh"}""", "'activation' is 'tanh', which is none of: gelu, relu, swish")]
    [InlineData("""{"architecture":"gpt"}""", "'architecture' is 'gpt'")]
    [InlineData("""{"blocks":0}""", "Blocks must be between 1 and 200")]
    [InlineData("""{"hidden_size":64}""", "hidden_size")]
    [InlineData("""{"tensors":{"token_types":"x"}}""", "'token_types'. The parts are: items, positions")]
    [InlineData("no json", "cannot be read")]
    [InlineData("null", "cannot be read")]
    public void Parse_DescriptionThatIsWrong_SaysWhatIsAllowed(string json, string cause) =>
        Assert.Contains(cause, Assert.Throws<ImportException>(() => Describe(json)).Message, StringComparison.Ordinal);

    [Fact]
    public void Parse_SeveralFaults_ReportsThemAll() =>
        Assert.Equal(3, Assert.Throws<ImportException>(() => Describe("""{"heads":3,"activation":"tanh","length":0}""")).Faults.Count);

    public void Dispose() => folder.Dispose();

    private static CheckpointDescription Describe(string json) => CheckpointDescription.Parse(Encoding.UTF8.GetBytes(json));

    /// <summary>A checkpoint that fits the description, with large weights so that every part shows; <paramref name="own"/> overrides a tensor's.</summary>
    private Dictionary<string, float[]> Write(CheckpointDescription description, int items, Func<string, int, float[]?>? own = null)
    {
        var random = new Random(3);
        var config = new BertConfig(items, description.Length, description.Dimensions, description.Blocks, description.Heads, description.Inner ?? 4 * description.Dimensions, description.Activation, 0);
        var tensors = config.Weights().Select(weight =>
        {
            var name = description.NameOf(weight.Part, weight.Block);
            var size = (int)weight.Shape.Aggregate((product, dimension) => product * dimension);
            return (Name: name, weight.Shape, Values: own?.Invoke(name, size) ?? [.. Enumerable.Range(0, size).Select(_ => (float)(random.NextDouble() - 0.5))]);
        }).ToList();
        SafeTensorsFile.Write(FilePath, tensors);
        return tensors.ToDictionary(tensor => tensor.Name, tensor => tensor.Values);
    }
}
