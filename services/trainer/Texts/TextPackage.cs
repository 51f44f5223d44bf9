using System.Numerics.Tensors;
using Google.Protobuf;
using ModelOps.Features;
using ModelOps.Features.Text;
using ModelOps.Features.Text.Tokenizers;
using ModelOps.Trainer.Onnx;
using static TorchSharp.torch;

namespace ModelOps.Trainer.Texts;

/// <summary>What an export was found to be.</summary>
/// <param name="Parity">The largest difference from the trained network.</param>
/// <param name="Int8Cosine">Between the answers of the graph and of that in 8 bits, on average.</param>
/// <param name="Int8Agreement">Of a classifier: texts that both give the same label, 0..1; else 1.</param>
/// <param name="HasInt8">Whether the graph in 8 bits answers alike and is in the package.</param>
public sealed record TextExport(double Parity, double Int8Cosine, double Int8Agreement, bool HasInt8);

/// <summary>Writes a text network's package, held against the network before anything is done with it.</summary>
public static class TextPackage
{
    /// <summary>The least that a graph in 8 bits must agree to be served.</summary>
    public const double LeastCosine = 0.997, LeastAgreement = 0.99;

    private const int BatchSize = 16, MostRows = 256;

    /// <param name="rows">Real texts to compare on; a pair has two.</param>
    /// <exception cref="ParityException">The graph answers otherwise than the network.</exception>
    public static TextExport Write(string folder, TextModel model, Tokenizer tokenizer, EncoderDescription description, IReadOnlyList<(string First, string? Second)> rows)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentNullException.ThrowIfNull(description);
        ArgumentNullException.ThrowIfNull(rows);
        Directory.CreateDirectory(folder);
        description.Write(folder);
        tokenizer.Write(Path.Combine(folder, PackageFiles.Tokenizer));
        model.Train(false);
        var graph = model.Export(description.Kind).Build();
        File.WriteAllBytes(Path.Combine(folder, PackageFiles.Model), graph.ToByteArray());
        var int8 = Path.Combine(folder, PackageFiles.Int8Model);
        File.WriteAllBytes(int8, new EncoderInt8().Of(graph).ToByteArray());
        rows = [.. rows.Take(MostRows)];
        var (exact, small) = (Answers(folder, PackageFiles.Model, rows), Answers(folder, PackageFiles.Int8Model, rows));
        var parity = Difference(model, tokenizer, description.MaxTokens, rows, exact);
        if (!(parity <= ParityCheck.Tolerance))
            throw new ParityException($"{PackageFiles.Model} differs from the trained text network by {parity:g3}, more than {ParityCheck.Tolerance:g1}, on {rows.Count} texts. The export is wrong; it is not registered.");
        var export = Compare(parity, exact, small, description.Kind);
        if (!export.HasInt8)
            File.Delete(int8);
        return export;
    }

    private static float[][] Answers(string folder, string model, IReadOnlyList<(string First, string? Second)> rows)
    {
        using var exported = new ExportedTexts(folder, model);
        return rows.Count > 0 && rows[0].Second is not null ? exported.Of([.. rows.Select(row => (row.First, row.Second!))]) : exported.Of([.. rows.Select(row => row.First)]);
    }

    /// <summary>Infinite where an answer is no number.</summary>
    private static double Difference(TextModel model, Tokenizer tokenizer, int maxTokens, IReadOnlyList<(string First, string? Second)> rows, float[][] answers)
    {
        var largest = 0.0;
        foreach (var batch in rows.Index().Chunk(BatchSize))
        {
            using var scope = NewDisposeScope();
            using var untracked = no_grad();
            var encoded = batch.Select(row => tokenizer.Encode(row.Item.First, maxTokens, row.Item.Second)).ToList();
            var expected = model.Forward(TextTensors.Of(encoded, tokenizer.Special.Padding, model.Network.Config.Segments)).data<float>().ToArray();
            foreach (var (at, value) in batch.SelectMany(row => answers[row.Index]).Index())
                largest = float.IsFinite(value) ? Math.Max(largest, Math.Abs(value - expected[at])) : double.PositiveInfinity;
        }
        return largest;
    }

    private static TextExport Compare(double parity, float[][] exact, float[][] small, string kind)
    {
        // One score has no direction: all of them together have.
        var cosine = kind == EncoderKind.Rerank
            ? TensorPrimitives.CosineSimilarity<float>(exact.SelectMany(row => row).ToArray(), small.SelectMany(row => row).ToArray())
            : exact.Zip(small).Average(pair => (double)TensorPrimitives.CosineSimilarity<float>(pair.First, pair.Second));
        var agreement = kind == EncoderKind.Classify ? exact.Zip(small).Average(pair => TensorPrimitives.IndexOfMax<float>(pair.First) == TensorPrimitives.IndexOfMax<float>(pair.Second) ? 1.0 : 0.0) : 1;
        return new TextExport(parity, cosine, agreement, cosine >= LeastCosine && agreement >= LeastAgreement);
    }
}
