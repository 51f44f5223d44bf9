using System.Runtime.InteropServices;
using System.Text.Json;
using ModelOps.Bench.Recommend;
using ModelOps.Trainer.Architectures;
using ModelOps.Trainer.Evaluation;
using ModelOps.Trainer.Objectives;
using ModelOps.Trainer.Training;
using static TorchSharp.torch;

namespace ModelOps.Bench.TrainingSpeed;

/// <summary>What every side trains: the product's SASRec, its first weights, a pass of batches and the negatives of each, in files that each side reads.</summary>
/// <param name="Weights">Names and shapes; their values follow each other in <c>weights.bin</c>.</param>
/// <param name="Batches">Rows and columns; <c>batches.bin</c> holds inputs, targets and negatives of each.</param>
/// <param name="Width">Features of an item, whose numbers are in <c>features.bin</c>; 0 for items by id alone.</param>
internal sealed record Work(
    int Items, int Length, int Dimensions, int Heads, int Blocks, double Dropout, int Negatives, double LearningRate, double ClipNorm, int Width, int Features,
    IReadOnlyList<NamedShape> Weights, IReadOnlyList<int[]> Batches)
{
    public const int Seed = 1;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public static async Task<Work> WriteAsync(string folder, Inputs inputs)
    {
        var parameters = inputs.Parameters;
        var batches = inputs.Windows.Batches(parameters.BatchSize, Seed).ToList();
        using var learner = inputs.NewLearner(dropout: 0);
        manual_seed(Seed);
        var negatives = new Negatives(new ObjectiveOptions(inputs.Interactions.Chosen, parameters.Negatives, inputs.Shares, 0, 0));
        await using (var file = File.Create(Path.Combine(folder, "batches.bin")))
        {
            foreach (var batch in batches)
            {
                using var drawn = negatives.Draw(CPU);
                foreach (var values in new[] { batch.Inputs, batch.Targets, drawn.data<long>().ToArray() })
                    file.Write(MemoryMarshal.AsBytes(values.AsSpan()));
            }
        }
        var named = learner.Network.named_parameters().Select(pair => new NamedShape(pair.name, pair.parameter.shape)).ToList();
        await using (var file = File.Create(Path.Combine(folder, "weights.bin")))
        {
            foreach (var (_, values) in learner.Weights())
                file.Write(MemoryMarshal.AsBytes(values.AsSpan()));
        }
        await File.WriteAllBytesAsync(Path.Combine(folder, "features.bin"), MemoryMarshal.AsBytes((inputs.Features?.Ids ?? []).AsSpan()).ToArray());
        var work = new Work(
            inputs.Interactions.Vocabulary.Count, parameters.Length, parameters.Dimensions, parameters.Heads, parameters.Blocks, parameters.Dropout, parameters.Negatives,
            parameters.LearningRate, parameters.ClipNorm, inputs.Features?.Width ?? 0, inputs.Features?.Count ?? 0, named, [.. batches.Select(batch => new[] { batch.Rows, batch.Columns })]);
        await File.WriteAllTextAsync(Path.Combine(folder, "work.json"), JsonSerializer.Serialize(work, Json));
        return work;
    }

    public static Work Read(string folder) => JsonSerializer.Deserialize<Work>(File.ReadAllText(Path.Combine(folder, "work.json")), Json)!;

    public IEnumerable<(Batch Batch, long[] Negatives)> ReadBatches(string folder)
    {
        using var reader = new BinaryReader(File.OpenRead(Path.Combine(folder, "batches.bin")));
        foreach (var (rows, columns) in Batches.Select(shape => (shape[0], shape[1])))
            yield return (new Batch(Longs(reader, rows * columns), Longs(reader, rows * columns), null, rows, columns), Longs(reader, Negatives));
    }

    public Dictionary<string, float[]> ReadWeights(string folder)
    {
        using var reader = new BinaryReader(File.OpenRead(Path.Combine(folder, "weights.bin")));
        return Weights.ToDictionary(named => named.Name, named => MemoryMarshal.Cast<byte, float>(reader.ReadBytes((int)named.Shape.Aggregate(sizeof(float), (long size, long side) => size * side))).ToArray());
    }

    public static long[] ReadFeatures(string folder) => MemoryMarshal.Cast<byte, long>(File.ReadAllBytes(Path.Combine(folder, "features.bin"))).ToArray();

    private static long[] Longs(BinaryReader reader, int count) => MemoryMarshal.Cast<byte, long>(reader.ReadBytes(count * sizeof(long))).ToArray();
}

internal sealed record NamedShape(string Name, long[] Shape);

/// <summary>The data as the trainer reads it.</summary>
internal sealed record Inputs(TrainingParameters Parameters, Interactions Interactions, ItemFeatures? Features, Trainer.Training.Windows Windows, float[] Shares)
{
    public static async Task<Inputs> ReadAsync(string folder)
    {
        var task = await TrainingTask.ReadAsync(folder);
        var parameters = TrainingParameters.Parse(task.Parameters, out var errors) ?? throw new ArgumentException(string.Join(" ", errors.Values.SelectMany(error => error)));
        var reader = new DatasetReader(folder);
        var (events, targets) = await reader.ChooseEventsAsync(parameters.Events, parameters.TargetEvents);
        var interactions = await reader.ReadInteractionsAsync(events, targets, parameters.EventWeights);
        var catalogue = await reader.ReadCatalogueAsync(interactions.Vocabulary, PackageWriter.Popularity(interactions, task.Dataset.Profile.HasClock));
        var counts = new Holdout(interactions.Everything(), [], 0).ItemCounts(interactions);
        return new Inputs(
            parameters, interactions, parameters.ItemFeatures == "none" ? null : ItemFeatures.Of(catalogue.Items),
            new Trainer.Training.Windows(interactions, interactions.Everything(), parameters.Length), Array.ConvertAll(counts, count => (float)(count / (double)counts.Sum())));
    }

    public Learner NewLearner(double dropout) => new(Shares, Interactions.Chosen, Features, Parameters with { Dropout = dropout });
}
