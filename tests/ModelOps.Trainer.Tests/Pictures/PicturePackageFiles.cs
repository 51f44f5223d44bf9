using System.Text.Json;
using ModelOps.Features;
using ModelOps.Pictures;
using ModelOps.Search;

namespace ModelOps.Trainer.Tests.Pictures;

/// <summary>What others read of a package of pictures, with vectors of a test's own.</summary>
internal static class PicturePackageFiles
{
    public static void Write(string folder, IReadOnlyDictionary<string, float[]> vectors)
    {
        Directory.CreateDirectory(folder);
        var dimensions = vectors.Values.First().Length;
        new PictureSettings(16, dimensions, [0, 0, 0], [1, 1, 1], PictureSettings.OwnPictures).Write(folder);
        File.WriteAllLines(Path.Combine(folder, PackageFiles.PictureProducts), vectors.Keys.Select(id => JsonSerializer.Serialize(new SearchProduct(id, id), PackageJson.Line)));
        new VectorTable([.. vectors.Values.SelectMany(vector => vector)], dimensions).Write(Path.Combine(folder, PackageFiles.PictureVectors));
    }

    /// <summary>1 at a place, 0 elsewhere.</summary>
    public static float[] Towards(int place, int dimensions)
    {
        var vector = new float[dimensions];
        vector[place] = 1;
        return vector;
    }
}
