using System.Numerics.Tensors;
using Google.Protobuf;
using ModelOps.Features;
using ModelOps.Features.Text;
using ModelOps.Features.Text.Tokenizers;
using ModelOps.Trainer.Onnx;
using static TorchSharp.torch;

namespace ModelOps.Trainer.Texts;

/// <summary>Writes a decoder's package, held against the network, with its cache, before anything is done with it.</summary>
public static class DecoderPackage
{
    private const int MostTexts = 32;

    /// <param name="texts">Real ones to compare on.</param>
    /// <exception cref="ParityException">The graph answers otherwise than the network.</exception>
    public static TextExport Write(string folder, Gpt2 network, Tokenizer tokenizer, EncoderDescription description, IReadOnlyList<EncodedText> texts)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentNullException.ThrowIfNull(description);
        ArgumentNullException.ThrowIfNull(texts);
        Directory.CreateDirectory(folder);
        description.Write(folder);
        tokenizer.Write(Path.Combine(folder, PackageFiles.Tokenizer));
        network.eval();
        var graph = network.Export().Build();
        var int8 = Path.Combine(folder, PackageFiles.Int8Model);
        File.WriteAllBytes(Path.Combine(folder, PackageFiles.Model), graph.ToByteArray());
        File.WriteAllBytes(int8, new EncoderInt8().Of(graph).ToByteArray());
        int[][] compared = [.. texts.Take(MostTexts).Select(text => text.Ids)];
        var (exact, small) = (Scores(folder, PackageFiles.Model, compared), Scores(folder, PackageFiles.Int8Model, compared));
        var parity = compared.Select((ids, at) => Difference(network, ids, exact[at])).DefaultIfEmpty().Max();
        if (!(parity <= ParityCheck.Tolerance))
            throw new ParityException($"{PackageFiles.Model} differs from the trained decoder by {parity:g3}, more than {ParityCheck.Tolerance:g1}, on {compared.Length} texts. The export is wrong; it is not registered.");
        var pairs = exact.SelectMany(text => text.Chunk(description.Outputs)).Zip(small.SelectMany(text => text.Chunk(description.Outputs))).ToList();
        var cosine = pairs.Average(pair => (double)TensorPrimitives.CosineSimilarity<float>(pair.First, pair.Second));
        var agreement = pairs.Average(pair => TensorPrimitives.IndexOfMax<float>(pair.First) == TensorPrimitives.IndexOfMax<float>(pair.Second) ? 1.0 : 0);
        var export = new TextExport(parity, cosine, agreement, cosine >= TextPackage.LeastCosine && agreement >= TextPackage.LeastAgreement);
        if (!export.HasInt8)
            File.Delete(int8);
        return export;
    }

    private static float[][] Scores(string folder, string model, int[][] texts)
    {
        using var exported = new ExportedDecoder(folder, model);
        return [.. texts.Select(exported.Of)];
    }

    /// <summary>Infinite where a score is no number.</summary>
    private static double Difference(Gpt2 network, int[] ids, float[] scores)
    {
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        var rows = tensor(ids.Select(id => (long)id).ToArray(), 1, ids.Length);
        var expected = nn.functional.linear(network.Hidden(new TextTensors(rows, ones_like(rows), zeros_like(rows), false)), network.Words).data<float>().ToArray();
        return expected.Zip(scores).Max(pair => float.IsFinite(pair.Second) ? Math.Abs(pair.First - pair.Second) : double.PositiveInfinity);
    }
}
