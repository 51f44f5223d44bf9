using System.Numerics.Tensors;
using System.Text.Json;
using ModelOps.Features;
using ModelOps.Pictures;
using ModelOps.Search;
using ModelOps.Trainer.Training;

namespace ModelOps.Trainer.Architectures;

/// <summary>The vectors of products' pictures, as a registered model of pictures made them. A product without a picture has zeros.</summary>
/// <param name="Origin">The model's name and version, as <c>pictures:3</c>.</param>
/// <param name="Vectors">(items, dimensions), each of length 1.</param>
public sealed record ItemPictures(string Origin, int Dimensions, float[] Vectors)
{
    /// <summary>In a run's folder: what of the model's package is read.</summary>
    public const string Folder = "pictures";

    public static readonly string[] Files = [PackageFiles.Pictures, PackageFiles.PictureVectors, PackageFiles.PictureProducts];

    /// <summary>Products that have a picture.</summary>
    public int Known => Vectors.Chunk(Dimensions).Count(vector => vector.AsSpan().ContainsAnyExcept(0f));

    /// <summary>
    /// What all pictures have in common is taken off first, as it tells none from another. So the vectors differ as much as those of an
    /// encoder whose pictures all point about the same way.
    /// </summary>
    /// <param name="folder">Of the package's files.</param>
    /// <param name="ids">By row; null for a row that stands for no product.</param>
    /// <exception cref="TrainingException">It shows none of the products, or is damaged.</exception>
    public static ItemPictures Read(string folder, string origin, IReadOnlyList<string?> ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        try
        {
            var settings = PictureSettings.Read(folder);
            var rows = File.ReadLines(Path.Combine(folder, PackageFiles.PictureProducts))
                .Select(line => JsonSerializer.Deserialize<SearchProduct>(line, PackageJson.Line)!.Id).Index().ToDictionary(product => product.Item, product => product.Index, StringComparer.Ordinal);
            var table = VectorTable.Read(Path.Combine(folder, PackageFiles.PictureVectors), rows.Count, settings.Dimensions);
            var shown = ids.Index().Where(id => id.Item is not null && rows.ContainsKey(id.Item)).Select(id => (To: id.Index, From: rows[id.Item!])).ToArray();
            if (shown.Length == 0)
                throw new TrainingException($"The model of pictures '{origin}' shows none of the {ids.Count} products of this dataset. Name one that was trained on the same catalogue, or leave 'pictures' out.");
            var common = new float[settings.Dimensions];
            foreach (var (_, from) in shown)
                TensorPrimitives.Add(common, table.Of(from), common);
            TensorPrimitives.Divide(common, shown.Length, common);
            var vectors = new float[ids.Count * settings.Dimensions];
            foreach (var (to, from) in shown)
            {
                var vector = vectors.AsSpan(to * settings.Dimensions, settings.Dimensions);
                TensorPrimitives.Subtract(table.Of(from), common, vector);
                VectorTable.Normalise(vector);
            }
            return new ItemPictures(origin, settings.Dimensions, vectors);
        }
        catch (Exception exception) when (exception is InvalidDataException or JsonException or FileNotFoundException)
        {
            throw new TrainingException($"The package of '{origin}' cannot be read as one of pictures: {exception.Message} Run the pipeline 'images' again, or leave 'pictures' out.");
        }
    }
}
