using System.Numerics.Tensors;
using Google.Protobuf;
using ModelOps.Features;
using ModelOps.Features.Text;
using ModelOps.Trainer.Onnx;
using ModelOps.Trainer.Onnx.Format;
using ModelOps.Trainer.Texts;

namespace ModelOps.Trainer.Tests.Texts;

public class TextPackageTests
{
    public static TheoryData<string, string, bool, string, string> EveryModel => new()
    {
        { EncoderKind.Embed, TextPooling.Mean, false, TextConfig.BertKind, "gelu" },
        { EncoderKind.Embed, TextPooling.Cls, false, TextConfig.BertKind, "relu" },
        { EncoderKind.Embed, TextPooling.Mean, false, TextConfig.RobertaKind, "gelu_new" },
        { EncoderKind.Rerank, TextPooling.Cls, true, TextConfig.BertKind, "gelu" },
        { EncoderKind.Rerank, TextPooling.Mean, false, TextConfig.RobertaKind, "gelu" },
        { EncoderKind.Classify, TextPooling.Mean, false, TextConfig.BertKind, "gelu_pytorch_tanh" },
        { EncoderKind.Classify, TextPooling.Cls, true, TextConfig.BertKind, "gelu" },
    };

    [Theory]
    [MemberData(nameof(EveryModel))]
    public void Write_EveryModel_AnswersAsTheNetworkDoes(string kind, string pooling, bool hasPooler, string network, string activation)
    {
        using var folder = new Folder();
        using var model = SmallTexts.Model(kind, pooling, hasPooler, SmallTexts.Config(network, activation));
        var export = TextPackage.Write(folder.Path, model, SmallTexts.Tokenizer, Description(kind), Rows(kind));
        Assert.InRange(export.Parity, 0, ParityCheck.Tolerance);
        Assert.InRange(export.Int8Cosine, 0.98, 1.0000001);
    }

    [Fact]
    public void Write_OtherPooling_GivesOtherVectors()
    {
        using var folder = new Folder();
        using var model = SmallTexts.Model(EncoderKind.Embed);
        TextPackage.Write(folder.Path, model, SmallTexts.Tokenizer, Description(EncoderKind.Embed), Rows(EncoderKind.Embed));
        var exported = new Func<float[][]>(() =>
        {
            using var texts = new ExportedTexts(folder.Path, PackageFiles.Model);
            return texts.Of(SmallTexts.Texts);
        });
        var before = exported();
        using var other = SmallTexts.Model(EncoderKind.Embed, TextPooling.Cls);
        TextPackage.Write(folder.Path, other, SmallTexts.Tokenizer, Description(EncoderKind.Embed), Rows(EncoderKind.Embed));
        Assert.True(TensorPrimitives.Distance<float>(before[2], exported()[2]) > 1e-3, "The mean and the first token give the same vector, so the pooling is not in the graph.");
    }

    [Fact]
    public void Export_Padding_ChangesNothing()
    {
        using var folder = new Folder();
        using var model = SmallTexts.Model(EncoderKind.Embed);
        TextPackage.Write(folder.Path, model, SmallTexts.Tokenizer, Description(EncoderKind.Embed), Rows(EncoderKind.Embed));
        using var texts = new ExportedTexts(folder.Path, PackageFiles.Model);
        var together = texts.Of(SmallTexts.Texts);
        foreach (var (text, vector) in SmallTexts.Texts.Zip(together))
        {
            Assert.Equal(1, TensorPrimitives.Norm<float>(vector), 1e-4f);
            Assert.True(TensorPrimitives.Distance<float>(texts.Of(new[] { text })[0], vector) < 1e-5);
        }
    }

    [Fact]
    public void Int8_DenseLayers_AreAllQuantizedAndNothingElse()
    {
        using var model = SmallTexts.Model(EncoderKind.Classify, config: new TextConfig(TextConfig.BertKind, 90, 64, 2, 4, 128, 20));
        var graph = model.Export("test").Build();
        var made = new EncoderInt8().Of(graph);
        Assert.Equal(2 * 4, made.Graph.Node.Count(node => node.OpType == "DynamicQuantizeMatMul" && node.Input.Count == 5));
        Assert.DoesNotContain(made.Graph.Node, node => node.OpType == "MatMul" && made.Graph.Initializer.Any(tensor => tensor.Name == node.Input[1] && tensor.DataType == (int)TensorProto.Types.DataType.Int8));
        Assert.Equal(2, made.Graph.Node.Count(node => node.OpType == "Attention"));
        Assert.True(made.CalculateSize() < graph.CalculateSize());
        Assert.DoesNotContain(graph.Graph.Node, node => node.OpType == "DynamicQuantizeMatMul"); // the given one stays
    }

    private static EncoderDescription Description(string kind) => new(kind, kind == EncoderKind.Embed ? 16 : kind == EncoderKind.Rerank ? 1 : 3, 20, EncoderDescription.SelfPretrained, kind == EncoderKind.Classify ? ["a", "b", "c"] : []);

    private static List<(string, string?)> Rows(string kind) => [.. SmallTexts.Texts.Select((text, at) => (text, kind == EncoderKind.Rerank ? SmallTexts.Texts[^(at + 1)] : null))];
}
