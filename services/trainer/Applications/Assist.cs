using System.Diagnostics;
using System.Text.Json;
using ModelOps.Contracts.Datasets;
using ModelOps.Contracts.Runs;
using ModelOps.Trainer.DataParallel;
using ModelOps.Trainer.Estimates;
using ModelOps.Trainer.Messages;
using ModelOps.Trainer.Training;

namespace ModelOps.Trainer.Applications;

/// <summary>What customers want, from messages whose intent is known, and what the shop answers, from its FAQ.</summary>
public sealed class Assist : IApplication
{
    public string Name => ApplicationName.Assist;

    public IReadOnlyList<string> DatasetFiles { get; } = [Contracts.Datasets.DatasetFiles.Messages, Contracts.Datasets.DatasetFiles.Faq];

    public IReadOnlyList<string> PackageFiles { get; } = [Features.PackageFiles.Assist, Features.PackageFiles.Linear, Features.PackageFiles.Words, Features.PackageFiles.Model, Features.PackageFiles.ModelCard];

    public IReadOnlyDictionary<string, JsonElement>? Complete(IReadOnlyDictionary<string, JsonElement>? given, out Dictionary<string, string[]> errors)
    {
        var parameters = ParameterRecord.Read(given, new AssistParameters(), out errors);
        return errors.Count == 0 ? ParameterRecord.ToDictionary(parameters) : null;
    }

    public RunSize SizeOf(IReadOnlyDictionary<string, JsonElement> parameters, DatasetProfile profile)
    {
        ArgumentNullException.ThrowIfNull(profile);
        var read = ParameterRecord.Read(parameters, new AssistParameters(), out _);
        return new RunSize(Name, profile.Tables.GetValueOrDefault("messages"), read.PassesOver((int)Math.Min(int.MaxValue, profile.Tables.GetValueOrDefault("messages"))) * (read.Networks + 2), (double)read.Dimensions * read.Filters);
    }

    public async Task<TrainingResult> TrainAsync(TrainingTask task, string folder, Action<WorkerMessage> report, Group? group = null)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(report);
        var started = Stopwatch.GetTimestamp();
        report(new WorkerMessage(Phase: "read"));
        var parameters = ParameterRecord.Read(task.Parameters, new AssistParameters(), out var errors);
        if (errors.Count > 0)
            throw new TrainingException(string.Join(" ", errors.Values.SelectMany(error => error)));
        var reader = new MessageReader(folder);
        var messages = MessageSet.Of(await reader.ReadMessagesAsync());
        var faq = await reader.ReadFaqAsync();
        using var trained = new AssistTraining(parameters, report).Run(messages);
        report(new WorkerMessage(Phase: "export"));
        var parity = await new AssistPackage(task).WriteAsync(Path.Combine(folder, TrainingTask.PackageFolder), trained, messages, faq);
        var metrics = new Dictionary<string, double>(trained.Metrics)
        {
            ["parity"] = parity,
            ["answers"] = faq.Count,
            [MetricName.Seconds] = Math.Round(Stopwatch.GetElapsedTime(started).TotalSeconds, 1),
            [MetricName.PeakMegabytes] = Math.Round(Process.GetCurrentProcess().PeakWorkingSet64 / 1e6),
        };
        return new TrainingResult(metrics, trained.Comparison);
    }
}
