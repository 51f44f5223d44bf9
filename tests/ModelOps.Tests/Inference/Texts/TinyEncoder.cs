using System.Runtime.InteropServices;
using Google.Protobuf;
using ModelOps.Features;
using ModelOps.Features.Text;
using ModelOps.Features.Text.Tokenizers;
using ModelOps.Trainer.Onnx.Format;
using static ModelOps.Trainer.Onnx.Format.TensorProto.Types;

namespace ModelOps.Tests.Inference.Texts;

/// <summary>The smallest text packages that are real ones: each token has values of its own, and a text's are their sum.</summary>
internal static class TinyEncoder
{
    public const int Dimensions = 4, MaxTokens = 12;

    public static readonly string[] Tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "red", "blue", "kettle", "pan", "a", "中", "文", "[", "]", "sep"];

    /// <param name="kind">See <see cref="EncoderKind"/>; a reranker gives the sum over the second text's tokens.</param>
    public static void Write(string folder, string kind)
    {
        Directory.CreateDirectory(folder);
        var outputs = kind == EncoderKind.Embed ? Dimensions : kind == EncoderKind.Rerank ? 1 : 2;
        new EncoderDescription(kind, outputs, MaxTokens, EncoderDescription.SelfPretrained, kind == EncoderKind.Classify ? ["cookware", "other"] : []).Write(folder);
        new WordPiece(Tokens, new BasicText()).Write(Path.Combine(folder, PackageFiles.Tokenizer));
        File.WriteAllBytes(Path.Combine(folder, PackageFiles.Model), Graph(kind, outputs).ToByteArray());
    }

    /// <summary>What the graph gives for tokens, computed here.</summary>
    public static float[] Vector(params string[] tokens)
    {
        var sum = new float[Dimensions];
        foreach (var token in tokens)
        {
            for (var at = 0; at < Dimensions; at++)
                sum[at] += Value(Array.IndexOf(Tokens, token), at);
        }
        var length = MathF.Sqrt(sum.Sum(value => value * value));
        return [.. sum.Select(value => value / length)];
    }

    public static float Value(int token, int output) => MathF.Sin(1 + token * 1.7f + output * 2.3f);

    private static ModelProto Graph(string kind, int outputs)
    {
        float[] table = [.. Enumerable.Range(0, Tokens.Length * outputs).Select(cell => Value(cell / outputs, cell % outputs))];
        var counted = kind == EncoderKind.Rerank ? TextGraph.Segments : TextGraph.Mask;
        var output = kind == EncoderKind.Embed ? TextGraph.Vectors : TextGraph.Scores;
        var graph = new GraphProto
        {
            Name = "tiny",
            Input = { TinyPackage.Value(TextGraph.Ids, DataType.Int64, "batch", "time"), TinyPackage.Value(TextGraph.Mask, DataType.Int64, "batch", "time") },
            Output = { TinyPackage.Value(output, DataType.Float, "batch", outputs) },
            Initializer =
            {
                new TensorProto { Name = "table", DataType = (int)DataType.Float, Dims = { Tokens.Length, outputs }, RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes<float>(table)) },
                TinyPackage.Tensor("last", DataType.Int64, [-1L], 1),
                TinyPackage.Tensor("axis", DataType.Int64, [1L], 1),
            },
            Node =
            {
                TinyPackage.Node("Gather", ["table", TextGraph.Ids], ["values"]),
                TinyPackage.Node("Cast", [counted], ["counts"], ("to", (long)DataType.Float)),
                TinyPackage.Node("Unsqueeze", ["counts", "last"], ["weights"]),
                TinyPackage.Node("Mul", ["values", "weights"], ["weighted"]),
                TinyPackage.Node("ReduceSum", ["weighted", "axis"], ["sum"], ("keepdims", 0L)),
                kind == EncoderKind.Embed ? TinyPackage.Node("LpNormalization", ["sum"], [output], ("axis", 1L), ("p", 2L)) : TinyPackage.Node("Identity", ["sum"], [output]),
            },
        };
        if (kind == EncoderKind.Rerank)
            graph.Input.Add(TinyPackage.Value(TextGraph.Segments, DataType.Int64, "batch", "time"));
        return new ModelProto { IrVersion = 10, OpsetImport = { new OperatorSetIdProto { Version = 21 } }, Graph = graph };
    }
}
