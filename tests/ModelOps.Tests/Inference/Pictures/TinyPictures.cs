using System.Text.Json;
using Google.Protobuf;
using ModelOps.Features;
using ModelOps.Pictures;
using ModelOps.Search;
using ModelOps.Tests.Pictures;
using ModelOps.Trainer.Onnx.Format;
using static ModelOps.Trainer.Onnx.Format.TensorProto.Types;

namespace ModelOps.Tests.Inference.Pictures;

/// <summary>The smallest picture package that is a real one: a picture's vector is its mean colour.</summary>
internal static class TinyPictures
{
    private const int Side = 16;

    public static readonly (SearchProduct Product, byte[] Picture)[] Catalogue =
    [
        (new("red", "A red pan", "Acme", "Kitchen|Pans", Price: 10), DrawnPicture.Plain(250, 10, 10)),
        (new("dark/red", "A dark red pan", "Acme", "Kitchen|Pans", Price: 30), DrawnPicture.Plain(150, 10, 10)),
        (new("rose", "A rose lamp", "Bolt", "Living|Lamps", Price: 20), DrawnPicture.Plain(250, 120, 130)),
        (new("sold", "A red lamp", "Bolt", "Living|Lamps", Price: 20, Available: false), DrawnPicture.Plain(250, 12, 12)),
        (new("blue", "A blue pan", "Acme", "Kitchen|Pans", Price: 15), DrawnPicture.Plain(10, 10, 250)),
    ];

    /// <param name="dimensions">As the settings say; the graph answers three.</param>
    public static async Task<string> WriteAsync(bool hasThumbnails = true, int dimensions = 3)
    {
        var folder = Directory.CreateTempSubdirectory("modelops-pictures-").FullName;
        var settings = new PictureSettings(Side, dimensions, [0, 0, 0], [1, 1, 1], PictureSettings.OwnPictures);
        settings.Write(folder);
        await File.WriteAllBytesAsync(Path.Combine(folder, PackageFiles.Model), Graph().ToByteArray());
        await File.WriteAllLinesAsync(Path.Combine(folder, PackageFiles.PictureProducts), Catalogue.Select(one => JsonSerializer.Serialize(one.Product, PackageJson.Line)));
        var vectors = new List<float>();
        var thumbnails = new List<byte[]>();
        foreach (var (_, content) in Catalogue)
        {
            using var picture = PictureReader.Read(content, new PictureLimits());
            var values = new float[3 * Side * Side];
            new PictureSettings(Side, 3, [0, 0, 0], [1, 1, 1], "").Fill(picture, values);
            var colour = values.Chunk(Side * Side).Select(plane => plane.Average()).Concat(new float[dimensions - 3]).ToArray();
            VectorTable.Normalise(colour);
            vectors.AddRange(colour);
            thumbnails.Add(picture.ToJpeg(8));
        }
        new VectorTable([.. vectors], dimensions).Write(Path.Combine(folder, PackageFiles.PictureVectors));
        if (hasThumbnails)
            ThumbnailFile.Write(Path.Combine(folder, PackageFiles.Thumbnails), thumbnails);
        return folder;
    }

    private static ModelProto Graph() => new()
    {
        IrVersion = 10,
        OpsetImport = { new OperatorSetIdProto { Version = 21 } },
        Graph = new GraphProto
        {
            Name = "tiny",
            Input = { TinyPackage.Value("pictures", DataType.Float, "batch", 3, Side, Side) },
            Output = { TinyPackage.Value("vectors", DataType.Float, "batch", 3) },
            Initializer = { TinyPackage.Tensor("sides", DataType.Int64, [2L, 3L], 2) },
            Node = { TinyPackage.Node("ReduceMean", ["pictures", "sides"], ["vectors"], ("keepdims", 0L)) },
        },
    };
}
