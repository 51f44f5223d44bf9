using System.Diagnostics;
using System.Text.Json;
using ModelOps.Contracts.Runs;
using ModelOps.Features;
using ModelOps.Pictures;
using ModelOps.Trainer.Applications;
using ModelOps.Trainer.Estimates;
using ModelOps.Trainer.Evaluation;
using ModelOps.Trainer.Onnx;
using ModelOps.Trainer.Reproductions;
using ModelOps.Trainer.Training;

namespace ModelOps.Trainer.Pictures;

/// <summary>The application's training: learns from a share of the pictures, or takes a base as it is, measures neighbours on the others, and packs. What was measured is what is served.</summary>
internal sealed class PictureRun(TrainingTask task, PictureParameters parameters, Action<WorkerMessage> report)
{
    private const string Model = "model", Pixels = "pixels", Components = "pca";
    private const int LeastPictures = 20, MostMeasured = 2000;

    public async Task<TrainingResult> RunAsync(string folder)
    {
        var started = Stopwatch.GetTimestamp();
        report(new WorkerMessage(Phase: "read"));
        var (start, package) = (Path.Combine(folder, StartingPoint.Folder), Directory.CreateDirectory(Path.Combine(folder, TrainingTask.PackageFolder)).FullName);
        var settings = parameters.Base is null
            ? new PictureSettings(parameters.Side, parameters.Dimensions, parameters.Mean, parameters.Deviation, PictureSettings.OwnPictures)
            : BaseNetwork.SettingsOf(start, parameters);
        settings = settings with { EventCursor = task.Dataset.EventCursor };
        var shown = await new PictureDataset(folder).ReadAsync(settings.Side, parameters.Thumbnails);
        var (learned, held) = Split(shown.Pictures);
        var parity = parameters.Base is null ? Train(settings, learned, package) : Take(start, package);
        report(new WorkerMessage(Phase: "index"));
        using var exported = new ExportedPictures(Path.Combine(package, PackageFiles.Model), settings);
        var vectors = exported.TableOf(shown.Pictures.Planes);
        report(new WorkerMessage(Phase: "evaluate"));
        var comparison = Compare(exported, settings, learned, held);
        report(new WorkerMessage(Phase: "export"));
        await PicturePackage.WriteCatalogueAsync(package, settings, shown, vectors);
        var metrics = new Dictionary<string, double>(comparison.GetValueOrDefault(Model) ?? new Dictionary<string, double>())
        {
            ["parity"] = parity,
            ["pictures"] = shown.Products.Count,
            ["unread"] = shown.Unread,
            ["pairs"] = shown.Pictures.Pairs.Count,
            ["megabytes"] = Math.Round(Directory.EnumerateFiles(package).Sum(file => new FileInfo(file).Length) / 1e6, 3),
            [MetricName.Seconds] = Math.Round(Stopwatch.GetElapsedTime(started).TotalSeconds, 1),
            [MetricName.PeakMegabytes] = Math.Round(Process.GetCurrentProcess().PeakWorkingSet64 / 1e6),
        };
        await WriteCardAsync(Path.Combine(package, PackageFiles.ModelCard), settings, metrics, comparison);
        return new TrainingResult(metrics, comparison);
    }

    /// <summary>Those that are measured are drawn among pictures whose category is known. A base has learned from none.</summary>
    private (PictureSet Learned, PictureSet Held) Split(PictureSet pictures)
    {
        if (parameters.Base is null && pictures.Count < LeastPictures)
            throw new TrainingException($"{pictures.Count} pictures are too few to learn from; at least {LeastPictures}. Upload more, or name a registered network as 'base'.");
        var rows = Enumerable.Range(0, pictures.Count).ToArray();
        new Random(parameters.Seed).Shuffle(rows);
        var held = rows.Where(row => pictures.Labels[row] is not null).Take(Math.Min(MostMeasured, (int)Math.Ceiling(pictures.Count * (parameters.Base is null ? parameters.HeldOut : 1)))).ToHashSet();
        return (parameters.Base is null ? pictures.Only([.. rows.Where(row => !held.Contains(row))]) : pictures, pictures.Only([.. held.Order()]));
    }

    private double Train(PictureSettings settings, PictureSet learned, string package)
    {
        report(new WorkerMessage(Phase: "train"));
        using var network = new ContrastiveTraining(settings, parameters, (pass, loss, seconds) => report(new WorkerMessage(Epoch: new EpochPoint("train", pass, loss, null, null, seconds)))).Train(learned);
        return PicturePackage.WriteGraph(package, network, settings, learned.Planes);
    }

    private static double Take(string start, string package)
    {
        File.Copy(Path.Combine(start, PackageFiles.Model), Path.Combine(package, PackageFiles.Model), overwrite: true);
        return 0;
    }

    /// <summary>Nothing, where no category is known or too few pictures were held out.</summary>
    private Dictionary<string, IReadOnlyDictionary<string, double>> Compare(ExportedPictures exported, PictureSettings settings, PictureSet learned, PictureSet held)
    {
        if (held.Count < 2)
            return [];
        var sides = new (string Name, double[] Each)[]
        {
            (Model, NeighbourQuality.Precision(Unit(exported.TableOf(held.Planes)), held.Labels)),
            (Pixels, NeighbourQuality.Precision(NeighbourQuality.Pixels(held.Planes), held.Labels)),
            (Components, NeighbourQuality.Precision(NeighbourQuality.Components(learned.Planes, held.Planes, settings.Dimensions), held.Labels)),
        };
        var intervals = Bootstrap.Of([.. sides.Select(side => side.Each)], parameters.Seed);
        return sides.Index().ToDictionary(side => side.Item.Name, side => (IReadOnlyDictionary<string, double>)new Dictionary<string, double>
        {
            ["precision@10"] = side.Item.Each.Average(),
            ["precision@10.low"] = intervals[side.Index].Low,
            ["precision@10.high"] = intervals[side.Index].High,
            ["cases"] = side.Item.Each.Length,
        });
    }

    private static float[] Unit(VectorTable vectors) => [.. Enumerable.Range(0, vectors.Rows).SelectMany(row => vectors.Of(row).ToArray())];

    private async Task WriteCardAsync(string path, PictureSettings settings, Dictionary<string, double> metrics, Dictionary<string, IReadOnlyDictionary<string, double>> comparison)
    {
        var card = new
        {
            task.Model,
            task.Run,
            Application = ApplicationName.Pictures,
            Architecture = parameters.Base is null ? "residual network, 3 stages" : parameters.Base,
            settings.Origin,
            Parameters = ParameterRecord.ToDictionary(parameters),
            Dataset = new { task.Dataset.Name, task.Dataset.Version, task.Dataset.EventCursor, task.Dataset.CreatedAt, task.Dataset.ContentSha256 },
            task.Parent,
            Evaluation = new
            {
                Protocol = $"Of the 10 nearest among pictures that were not learned from, the share in the same category (without categories: of the same brand); at most {MostMeasured} pictures",
                Metrics = metrics,
                Comparison = comparison,
            },
            Export = new { Parity = metrics["parity"], ParityCheck.Tolerance },
            Code = Lineage.ThisCode,
            Machine = Machine.Kind,
            CreatedAt = DateTimeOffset.UtcNow,
        };
        await using var file = File.Create(path);
        await JsonSerializer.SerializeAsync(file, card, PackageJson.Indented);
    }
}
