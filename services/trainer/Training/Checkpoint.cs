using System.Runtime.InteropServices;
using System.Text.Json;
using ModelOps.Contracts.Runs;
using ModelOps.Features;
using ModelOps.Trainer.Compression;

namespace ModelOps.Trainer.Training;

/// <summary>The stages of a training. Their numbers decide what is drawn at random, so they stay as they are.</summary>
public enum Stage
{
    /// <summary>Chooses the number of passes on the validation cases.</summary>
    Validate = 0,

    /// <summary>Learns what may be known before the test, and is tested.</summary>
    Test = 1,

    /// <summary>After the test: smaller networks are made from what was tested, and tested too.</summary>
    Compress = 4,

    /// <summary>Learns everything: this model is deployed.</summary>
    Refit = 2,

    /// <summary>After the refit: the smaller network that was chosen is made again, from what is deployed.</summary>
    Shrink = 5,

    Finished = 3,
}

/// <summary>How far a training is. Immutable: what a checkpoint holds beside the numbers.</summary>
/// <param name="Epoch">Passes done in this stage.</param>
/// <param name="BestEpoch">The pass with the best validation NDCG@10 so far, from 1.</param>
/// <param name="Models">Settings and weights of the models, once the validation has settled them.</param>
/// <param name="Fusion">How a shopper's own counts join, where repeats are recommended.</param>
/// <param name="Seconds">Time spent, over all restarts.</param>
public sealed record TrainingProgress(
    Stage Stage,
    int Epoch,
    int BestEpoch,
    double BestNdcg10,
    IReadOnlyList<EpochPoint> Epochs,
    FrequencyFusion? Fusion,
    ModelSettings Models,
    IReadOnlyDictionary<string, IReadOnlyDictionary<string, double>> Comparison,
    long Steps,
    double Seconds)
{
    /// <summary>The trained network and the smaller ones that were tried, before any had seen the test cases; empty where none were.</summary>
    public IReadOnlyList<VariantReport> Networks { get; init; } = [];

    /// <summary>The smaller network that learns now, or is deployed.</summary>
    public string? Smaller { get; init; }

    /// <summary>What stays in it of the trained one, where anything does.</summary>
    public IReadOnlyList<KeptBlock>? Kept { get; init; }

    public static TrainingProgress Start { get; } = new(Stage.Validate, 0, 0, -1, [], null, ModelSettings.None, new Dictionary<string, IReadOnlyDictionary<string, double>>(), 0, 0);
}

/// <summary>A training that can go on after its process was killed.</summary>
/// <param name="Best">The weights of the best pass so far, while passes are compared; the trained network's, while a smaller one learns or once one is deployed.</param>
public sealed record Checkpoint(
    TrainingProgress Progress,
    IReadOnlyDictionary<string, float[]> Weights,
    IReadOnlyDictionary<string, float[]> Moments,
    IReadOnlyDictionary<string, float[]> Best)
{
    public const string FileName = "checkpoint.bin";
    private const int Format = 2;

    /// <summary>Replaces the file as a whole: a reader sees the old one or the new one.</summary>
    public void Write(string path)
    {
        var unfinished = path + ".part";
        using (var writer = new BinaryWriter(File.Create(unfinished)))
        {
            writer.Write(Format);
            writer.Write(JsonSerializer.Serialize(Progress, PackageJson.Line));
            foreach (var tensors in new[] { Weights, Moments, Best })
                Write(writer, tensors);
        }
        File.Move(unfinished, path, overwrite: true);
    }

    /// <summary>The checkpoint at <paramref name="path"/>, or null when there is none or it cannot be used: then training begins anew.</summary>
    public static Checkpoint? TryRead(string path)
    {
        try
        {
            using var reader = new BinaryReader(File.OpenRead(path));
            if (reader.ReadInt32() != Format)
                return null;
            var progress = JsonSerializer.Deserialize<TrainingProgress>(reader.ReadString(), PackageJson.Line)!;
            return new Checkpoint(progress, Read(reader), Read(reader), Read(reader));
        }
        catch (Exception exception) when (exception is IOException or JsonException)
        {
            return null;
        }
    }

    private static void Write(BinaryWriter writer, IReadOnlyDictionary<string, float[]> tensors)
    {
        writer.Write(tensors.Count);
        foreach (var (name, values) in tensors)
        {
            writer.Write(name);
            writer.Write(values.Length);
            writer.Write(MemoryMarshal.AsBytes(values.AsSpan()));
        }
    }

    private static Dictionary<string, float[]> Read(BinaryReader reader)
    {
        var tensors = new Dictionary<string, float[]>();
        for (var left = reader.ReadInt32(); left > 0; left--)
        {
            var name = reader.ReadString();
            var values = new float[reader.ReadInt32()];
            reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan()));
            tensors[name] = values;
        }
        return tensors;
    }
}
