using System.Runtime.InteropServices;
using Google.Protobuf;
using ModelOps.Features;
using ModelOps.Features.Text;
using ModelOps.Features.Text.Tokenizers;
using ModelOps.Trainer.Onnx.Format;
using static ModelOps.Trainer.Onnx.Format.TensorProto.Types;

namespace ModelOps.Tests.Inference.Texts;

/// <summary>
/// The smallest decoder that is a real one: after each letter comes the next of the alphabet, until the cache holds <see cref="Length"/>
/// tokens. A cache that is lost or counted twice shows in where it ends.
/// </summary>
internal static class TinyDecoder
{
    public const int MaxTokens = 40, Length = 21;

    public static void Write(string folder)
    {
        Directory.CreateDirectory(folder);
        var tokenizer = VocabularyTrainer.ByteLevelBpe([], 257);
        new EncoderDescription(EncoderKind.Generate, tokenizer.Tokens.Count, MaxTokens, EncoderDescription.SelfPretrained, []).Write(folder);
        tokenizer.Write(Path.Combine(folder, PackageFiles.Tokenizer));
        File.WriteAllBytes(Path.Combine(folder, PackageFiles.Model), Graph(tokenizer).ToByteArray());
    }

    private static ModelProto Graph(ByteLevelBpe tokenizer)
    {
        var (tokens, end) = (tokenizer.Tokens.Count, tokenizer.Special.End!.Value);
        var (table, ends) = (new float[tokens * tokens], new float[tokens]);
        for (var letter = 0; letter < 26; letter++)
            table[(('a' + letter) * tokens) + 'a' + ((letter + 1) % 26)] = Length - 0.5f;
        table[(':' * tokens) + 'a'] = Length - 0.5f; // as an answer begins
        ends[end] = 1;
        var (key, value) = (TextGraph.Past(0, "key"), TextGraph.Past(0, "value"));
        var (keyNow, valueNow) = (TextGraph.Present(0, "key"), TextGraph.Present(0, "value"));
        return new ModelProto
        {
            IrVersion = 10,
            OpsetImport = { new OperatorSetIdProto { Version = 21 } },
            Graph = new GraphProto
            {
                Name = "alphabet",
                Input =
                {
                    TinyPackage.Value(TextGraph.Ids, DataType.Int64, "batch", "time"), TinyPackage.Value(TextGraph.Positions, DataType.Int64, "batch", "time"), TinyPackage.Value(TextGraph.Mask, DataType.Int64, "batch", "total"),
                    TinyPackage.Value(key, DataType.Float, "batch", 1, "past", 1), TinyPackage.Value(value, DataType.Float, "batch", 1, "past", 1),
                },
                Output = { TinyPackage.Value(TextGraph.Scores, DataType.Float, "batch", "time", tokens), TinyPackage.Value(keyNow, DataType.Float, "batch", 1, "total", 1), TinyPackage.Value(valueNow, DataType.Float, "batch", 1, "total", 1) },
                Initializer =
                {
                    new TensorProto { Name = "table", DataType = (int)DataType.Float, Dims = { tokens, tokens }, RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes<float>(table)) },
                    new TensorProto { Name = "ends", DataType = (int)DataType.Float, Dims = { tokens }, RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes<float>(ends)) },
                    TinyPackage.Tensor("zero", DataType.Float, [0f], 1), TinyPackage.Tensor("one", DataType.Float, [1f], 1),
                    TinyPackage.Tensor("outer", DataType.Int64, [1L, 3L], 2), TinyPackage.Tensor("kept", DataType.Int64, [1L, 2L, 3L], 3), TinyPackage.Tensor("last", DataType.Int64, [3L], 1),
                },
                Node =
                {
                    TinyPackage.Node("Gather", ["table", TextGraph.Ids], ["follows"]),
                    TinyPackage.Node("Cast", [TextGraph.Ids], ["numbers"], ("to", (long)DataType.Float)),
                    TinyPackage.Node("Mul", ["numbers", "zero"], ["none"]),
                    TinyPackage.Node("Add", ["none", "one"], ["each"]),
                    TinyPackage.Node("Unsqueeze", ["each", "outer"], ["new"]),
                    TinyPackage.Node("Concat", [key, "new"], [keyNow], ("axis", 2L)),
                    TinyPackage.Node("Concat", [value, "new"], [valueNow], ("axis", 2L)),
                    TinyPackage.Node("ReduceSum", [keyNow, "kept"], ["count"], ("keepdims", 1L)),
                    TinyPackage.Node("Squeeze", ["count", "last"], ["counted"]),
                    TinyPackage.Node("Mul", ["counted", "ends"], ["over"]),
                    TinyPackage.Node("Add", ["follows", "over"], [TextGraph.Scores]),
                },
            },
        };
    }
}
