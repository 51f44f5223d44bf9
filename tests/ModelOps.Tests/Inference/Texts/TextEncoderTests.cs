using CsCheck;
using ModelOps.Contracts;
using ModelOps.Features;
using ModelOps.Features.Text;
using ModelOps.Features.Text.Tokenizers;
using ModelOps.Inference.Batching;
using ModelOps.Inference.Texts;

namespace ModelOps.Tests.Inference.Texts;

public sealed class TextEncoderTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("modelops-encoder-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task EmbedAsync_ManyTextsAtOnce_EachGetsItsOwnVector()
    {
        TinyEncoder.Write(folder, EncoderKind.Embed);
        using var encoder = Load(new BatchingOptions { Instances = 2, MaxBatch = 7 });
        var words = TinyEncoder.Tokens[5..10];
        var texts = Enumerable.Range(0, 500).Select(number => Enumerable.Range(0, 1 + number % 9).Select(at => words[(number / 3 + at * number) % words.Length]).ToArray()).ToList();
        var vectors = await Task.WhenAll(texts.Select(text => Task.Run(() => encoder.EmbedAsync(string.Join(' ', text), TestContext.Current.CancellationToken).AsTask())));
        foreach (var (text, vector) in texts.Zip(vectors))
            AssertNear(TinyEncoder.Vector(["[CLS]", .. text, "[SEP]"]), vector);
    }

    [Fact]
    public async Task EmbedAsync_TextThatWasAskedBefore_IsNotComputedAgain()
    {
        TinyEncoder.Write(folder, EncoderKind.Embed);
        using var encoder = Load();
        var first = await encoder.EmbedAsync("red kettle", TestContext.Current.CancellationToken);
        Assert.Same(first, await encoder.EmbedAsync("red kettle", TestContext.Current.CancellationToken));
        Assert.NotSame(first, await encoder.EmbedAsync("red kettle ", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task ComputeAsync_AnyText_AnswersWithNumbers()
    {
        TinyEncoder.Write(folder, EncoderKind.Embed);
        using var encoder = Load();
        await Gen.OneOf(Gen.Char.Array[0, 50].Select(characters => new string(characters)), Gen.Int[1, 20_000].Select(length => new string('x', length))).SampleAsync(async text =>
        {
            var vector = await encoder.ComputeAsync(encoder.Encode(text), CancellationToken.None);
            Assert.All(vector, value => Assert.True(float.IsFinite(value)));
        });
    }

    [Fact]
    public void Fits_PaddingThatCostsMoreThanItSaves_IsAnotherBatch()
    {
        using var runner = new TextRunner(new Microsoft.ML.OnnxRuntime.InferenceSession(WrittenModel()), TextGraph.Vectors, TinyEncoder.Dimensions, 0);
        TextCall Of(int tokens) => new(new EncodedText(new int[tokens], tokens, false), new float[TinyEncoder.Dimensions]);
        Assert.True(runner.Fits([Of(10), Of(11)], Of(12)));
        Assert.False(runner.Fits([Of(10), Of(11)], Of(128)));
        Assert.False(runner.Fits([.. Enumerable.Range(0, 8).Select(_ => Of(512))], Of(512)));
    }

    [Fact]
    public void Load_GraphThatKnowsFewerTokens_IsRefusedByName()
    {
        TinyEncoder.Write(folder, EncoderKind.Embed);
        new WordPiece([.. TinyEncoder.Tokens, "more"], new BasicText()).Write(Path.Combine(folder, PackageFiles.Tokenizer));
        var refusal = Assert.Throws<InvalidDataException>(() => Load());
        Assert.Contains("'tiny' version 1", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"kind":"embed","outputs":4,"maxTokens":12,"origin":"x","labels":[],"format":2}""")]
    [InlineData("""{"kind":"poetry","outputs":4,"maxTokens":12,"origin":"x","labels":[],"format":1}""")]
    [InlineData("""{"kind":"classify","outputs":4,"maxTokens":12,"origin":"x","labels":["a"],"format":1}""")]
    [InlineData("no json")]
    public void Load_DescriptionOfAnotherFormat_IsRefused(string description)
    {
        TinyEncoder.Write(folder, EncoderKind.Embed);
        File.WriteAllText(Path.Combine(folder, PackageFiles.Encoder), description);
        Assert.Contains(PackageFiles.Encoder, Assert.Throws<InvalidDataException>(() => Load()).Message, StringComparison.Ordinal);
    }

    private TextEncoder Load(BatchingOptions? options = null) => TextEncoder.Load(StoreId.Main, "tiny", 1, folder, TestBatching.Host(options));

    private string WrittenModel()
    {
        TinyEncoder.Write(folder, EncoderKind.Embed);
        return Path.Combine(folder, PackageFiles.Model);
    }

    private static void AssertNear(float[] expected, float[] actual)
    {
        foreach (var (one, other) in expected.Zip(actual))
            Assert.Equal(one, other, 1e-5f);
    }
}
