using System.Buffers.Binary;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Text.Json;
using ModelOps.Features;

namespace ModelOps.Monitor.Drift.Profiles;

/// <summary>
/// Which products are near each other in what a version has learned: groups of its item vectors by their directions (k-means, begun as
/// Arthur and Vassilvitskii, "k-means++", 2007). A shift between them is a shift in the space of embeddings that people can read.
/// </summary>
internal static class ItemGroups
{
    private const string Table = "items.weight";
    private const string Items = "items"; // of the description: ids by row, from row 1
    private const int Most = 24, ItemsPerGroup = 5, Rounds = 10;
    private const int LengthBytes = 8;
    private const long LongestHeader = 100_000_000;

    /// <param name="weights">The package's <see cref="PackageFiles.Weights"/>.</param>
    /// <param name="description">Its <see cref="PackageFiles.WeightsDescription"/>.</param>
    /// <param name="popularity">By product.</param>
    /// <returns>By product its group, which is called as its most popular product; none where there are no item vectors.</returns>
    public static Dictionary<string, string> Read(string weights, string description, IReadOnlyDictionary<string, double> popularity)
    {
        using var json = JsonDocument.Parse(File.ReadAllText(description));
        string[] ids = json.RootElement.TryGetProperty(Items, out var items) ? [.. items.EnumerateArray().Select(id => id.GetString()!)] : [];
        return Vectors(weights, ids.Length) is { } vectors ? Of(ids, vectors, popularity) : [];
    }

    internal static Dictionary<string, string> Of(string[] ids, float[][] vectors, IReadOnlyDictionary<string, double> popularity)
    {
        var (known, directions) = (new List<string>(), new List<float[]>());
        foreach (var (id, vector) in ids.Zip(vectors).Where(item => TensorPrimitives.Norm<float>(item.Second) > 0))
        {
            known.Add(id);
            directions.Add(Direction(vector));
        }
        var groups = Math.Min(Most, known.Count / ItemsPerGroup);
        if (groups < 2)
            return [];
        var nearest = Cluster(directions, groups);
        var names = known.Zip(nearest).GroupBy(item => item.Second).ToDictionary(group => group.Key, group => group.MaxBy(item => popularity.GetValueOrDefault(item.First)).First);
        return known.Zip(nearest).ToDictionary(item => item.First, item => names[item.Second]);
    }

    private static int[] Cluster(List<float[]> directions, int groups)
    {
        var centres = Begin(directions, groups);
        var nearest = new int[directions.Count];
        for (var round = 0; round < Rounds; round++)
        {
            Parallel.For(0, directions.Count, item => nearest[item] = Nearest(directions[item], centres));
            for (var group = 0; group < groups; group++)
            {
                var sum = new float[directions[0].Length];
                for (var item = 0; item < directions.Count; item++)
                {
                    if (nearest[item] == group)
                        TensorPrimitives.Add(sum, directions[item], sum);
                }
                if (TensorPrimitives.Norm<float>(sum) > 0)
                    centres[group] = Direction(sum);
            }
        }
        return nearest;
    }

    private static float[][] Begin(List<float[]> directions, int groups)
    {
        var random = new Random(1); // the same groups each time
        var centres = new List<float[]> { directions[random.Next(directions.Count)] };
        var away = directions.Select(direction => Away(direction, centres[0])).ToArray();
        while (centres.Count < groups)
        {
            var at = random.NextDouble() * away.Sum();
            var chosen = 0;
            while (chosen < away.Length - 1 && (at -= away[chosen]) > 0)
                chosen++;
            centres.Add(directions[chosen]);
            for (var item = 0; item < away.Length; item++)
                away[item] = Math.Min(away[item], Away(directions[item], directions[chosen]));
        }
        return [.. centres];
    }

    private static double Away(float[] one, float[] other) => Math.Max(0, 1 - TensorPrimitives.Dot<float>(one, other)); // half the squared distance

    private static int Nearest(float[] direction, float[][] centres)
    {
        var nearest = 0;
        for (var group = 1; group < centres.Length; group++)
        {
            if (TensorPrimitives.Dot<float>(direction, centres[group]) > TensorPrimitives.Dot<float>(direction, centres[nearest]))
                nearest = group;
        }
        return nearest;
    }

    private static float[] Direction(float[] vector)
    {
        var direction = new float[vector.Length];
        TensorPrimitives.Divide(vector, TensorPrimitives.Norm<float>(vector), direction);
        return direction;
    }

    /// <summary>The rows of the item table, without the padding; null where the file (safetensors) has no such table.</summary>
    private static float[][]? Vectors(string path, int items)
    {
        using var file = File.OpenRead(path);
        var start = new byte[LengthBytes];
        if (file.ReadAtLeast(start, LengthBytes, throwOnEndOfStream: false) < LengthBytes || BinaryPrimitives.ReadInt64LittleEndian(start) is not (> 0 and < LongestHeader and var length))
            return null;
        var header = new byte[length];
        file.ReadExactly(header);
        using var json = JsonDocument.Parse(header);
        if (!json.RootElement.TryGetProperty(Table, out var table) || table.GetProperty("dtype").GetString() != "F32")
            return null;
        var shape = table.GetProperty("shape").EnumerateArray().Select(size => size.GetInt32()).ToArray();
        if (shape is not [var rows, var width] || rows <= items)
            return null;
        file.Position = LengthBytes + length + table.GetProperty("data_offsets")[0].GetInt64() + ((long)width * sizeof(float));
        var vectors = new float[items][];
        for (var item = 0; item < items; item++)
        {
            vectors[item] = new float[width];
            file.ReadExactly(MemoryMarshal.AsBytes(vectors[item].AsSpan()));
        }
        return vectors;
    }
}
