using System.Runtime.InteropServices;
using System.Text.Json;
using ModelOps.Features;
using ModelOps.Trainer.Architectures;
using ModelOps.Trainer.Training;

namespace ModelOps.Trainer.DataParallel;

/// <summary>All that a process needs to learn beside the first one; it has no data of its own.</summary>
/// <param name="Windows">See <see cref="Training.Windows"/>.</param>
internal sealed record Lesson(TrainingParameters Parameters, float[] Shares, int Chosen, ItemFeatures? Features, IReadOnlyList<Window> Windows)
{
    public byte[] ToBytes()
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        writer.Write(JsonSerializer.Serialize(Parameters, PackageJson.Line));
        Write(writer, Shares);
        writer.Write(Chosen);
        writer.Write(Features?.Count ?? 0);
        writer.Write(Features?.Width ?? 0);
        Write<long>(writer, Features?.Ids ?? []);
        writer.Write(Features?.Pictures?.Dimensions ?? 0);
        Write<float>(writer, Features?.Pictures?.Vectors ?? []);
        Write(writer, Windows.Select(window => window.Items.Length).ToArray());
        Write(writer, Windows.SelectMany(window => window.Items).ToArray());
        Write(writer, Windows.SelectMany(window => window.Weights ?? []).ToArray());
        writer.Flush();
        return bytes.ToArray();
    }

    public static Lesson Of(byte[] bytes)
    {
        using var reader = new BinaryReader(new MemoryStream(bytes));
        var parameters = JsonSerializer.Deserialize<TrainingParameters>(reader.ReadString(), PackageJson.Line)!;
        var (shares, chosen) = (Read<float>(reader), reader.ReadInt32());
        var (count, width, ids) = (reader.ReadInt32(), reader.ReadInt32(), Read<long>(reader));
        var pictures = new ItemPictures(parameters.Pictures ?? "", reader.ReadInt32(), Read<float>(reader));
        var (lengths, items, weights) = (Read<int>(reader), Read<int>(reader), Read<float>(reader));
        var windows = new Window[lengths.Length];
        for (var (i, from) = (0, 0); i < lengths.Length; from += lengths[i++])
            windows[i] = new Window(items[from..(from + lengths[i])], weights.Length == 0 ? null : weights[from..(from + lengths[i])]);
        return new Lesson(parameters, shares, chosen, width > 0 ? new ItemFeatures(count, width, ids) { Pictures = pictures.Dimensions > 0 ? pictures : null } : null, windows);
    }

    private static void Write<T>(BinaryWriter writer, T[] values) where T : unmanaged
    {
        writer.Write(values.Length);
        writer.Write(MemoryMarshal.AsBytes(values.AsSpan()));
    }

    private static T[] Read<T>(BinaryReader reader) where T : unmanaged
    {
        var values = new T[reader.ReadInt32()];
        reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }
}
