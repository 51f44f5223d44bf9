using System.Text.Json;
using Google.Protobuf;
using ModelOps.Features;
using ModelOps.Pictures;
using ModelOps.Trainer.Onnx;
using static TorchSharp.torch;

namespace ModelOps.Trainer.Pictures;

/// <summary>Writes what is deployed: how pictures are read, the graph, and the catalogue with its vectors and small pictures.</summary>
internal static class PicturePackage
{
    private const int ParityRows = 128;

    /// <summary>Writes the graph of a network that was trained here, held against it on real pictures.</summary>
    /// <returns>The largest difference of a value.</returns>
    /// <exception cref="ParityException">The graph answers otherwise than the network.</exception>
    public static double WriteGraph(string folder, PictureNetwork network, PictureSettings settings, IReadOnlyList<byte[]> planes)
    {
        var path = Path.Combine(folder, PackageFiles.Model);
        File.WriteAllBytes(path, network.Export().ToByteArray());
        byte[][] rows = [.. planes.Take(ParityRows)];
        using var exported = new ExportedPictures(path, settings);
        var answers = exported.Of(rows);
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        var values = new float[rows.Length * settings.Inputs];
        foreach (var (row, picture) in rows.Index())
            settings.Normalise(picture, values.AsSpan(row * settings.Inputs, settings.Inputs));
        var expected = network.call(tensor(values, rows.Length, 3, settings.Side, settings.Side)).data<float>().ToArray();
        var parity = expected.Zip(answers, (one, other) => float.IsFinite(one - other) ? Math.Abs((double)one - other) : double.PositiveInfinity).Max();
        return parity <= ParityCheck.Tolerance
            ? parity
            : throw new ParityException($"{PackageFiles.Model} differs from the trained network by {parity:g3}, more than {ParityCheck.Tolerance:g1}, on {rows.Length} pictures. The export is wrong; it is not registered. Run the training again.");
    }

    public static async Task WriteCatalogueAsync(string folder, PictureSettings settings, ShownProducts shown, VectorTable vectors)
    {
        settings.Write(folder);
        vectors.Write(Path.Combine(folder, PackageFiles.PictureVectors));
        await using (var lines = new StreamWriter(Path.Combine(folder, PackageFiles.PictureProducts)) { NewLine = "\n" })
        {
            foreach (var product in shown.Products)
                await lines.WriteLineAsync(JsonSerializer.Serialize(product, PackageJson.Line));
        }
        if (shown.Thumbnails.Count > 0)
            ThumbnailFile.Write(Path.Combine(folder, PackageFiles.Thumbnails), shown.Thumbnails);
    }
}
