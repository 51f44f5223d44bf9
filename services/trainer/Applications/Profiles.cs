using System.Diagnostics;
using System.Text.Json;
using ModelOps.Contracts.Datasets;
using ModelOps.Contracts.Runs;
using ModelOps.Features.Profiles;
using ModelOps.Features.Tables;
using ModelOps.Trainer.DataParallel;
using ModelOps.Trainer.Estimates;
using ModelOps.Trainer.Profiles;
using ModelOps.Trainer.Training;

namespace ModelOps.Trainer.Applications;

/// <summary>What is to be expected of each shopper, from what shoppers did.</summary>
public sealed class Profiles : IApplication
{
    /// <summary>The peer's name in the comparison, for gates.</summary>
    private const string Rfm = "rfm";

    public string Name => ApplicationName.Profiles;

    public IReadOnlyList<string> DatasetFiles { get; } = [Contracts.Datasets.DatasetFiles.Events, Contracts.Datasets.DatasetFiles.Products];

    public IReadOnlyList<string> PackageFiles { get; } =
        [ProfileSettings.FileName, Features.PackageFiles.Model, TableSchema.FileName, Features.PackageFiles.Items, ProfileHistories.FileName, Features.PackageFiles.ModelCard];

    public IReadOnlyDictionary<string, JsonElement>? Complete(IReadOnlyDictionary<string, JsonElement>? given, out Dictionary<string, string[]> errors)
    {
        var parameters = ParameterRecord.Read(given, new ProfileParameters(), out errors);
        return errors.Count == 0 ? ParameterRecord.ToDictionary(parameters) : null;
    }

    public RunSize SizeOf(IReadOnlyDictionary<string, JsonElement> parameters, DatasetProfile profile)
    {
        ArgumentNullException.ThrowIfNull(profile);
        var learners = ParameterRecord.Read(parameters, new ProfileParameters(), out _).Learner == ProfileParameters.Auto ? ScoreLearners.All.Count : 1;
        return new RunSize(Name, profile.Events, learners, 1000);
    }

    public async Task<TrainingResult> TrainAsync(TrainingTask task, string folder, Action<WorkerMessage> report, Group? group = null)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(report);
        var started = Stopwatch.GetTimestamp();
        report(new WorkerMessage(Phase: "read"));
        var parameters = ParameterRecord.Read(task.Parameters, new ProfileParameters(), out var errors);
        if (errors.Count > 0)
            throw new TrainingException(string.Join(" ", errors.Values.SelectMany(error => error)));
        var data = await ProfileData.ReadAsync(folder, task.Dataset.Profile);
        var trained = new ProfileTraining(data, parameters).Run(phase => report(new WorkerMessage(Phase: phase)));

        report(new WorkerMessage(Phase: "export"));
        var metrics = Of(trained.Propensity.Report.Model, trained.Propensity.Report, "").Concat(Of(trained.Churn.Report.Model, trained.Churn.Report, "churn_")).ToDictionary();
        metrics["stability"] = trained.Clusters.Stability;
        metrics["clusters"] = trained.Clusters.Clusters.Count;
        if (trained.SpendTest is { } spend)
            (metrics["value_ratio"], metrics["value_rank"]) = (spend.Model.Ratio, spend.Model.Rank);
        metrics["parity"] = await new ProfilePackage(task, parameters, data, trained, metrics).WriteAsync(Path.Combine(folder, TrainingTask.PackageFolder));
        metrics[MetricName.Seconds] = Math.Round(Stopwatch.GetElapsedTime(started).TotalSeconds, 1);
        metrics[MetricName.PeakMegabytes] = Math.Round(Process.GetCurrentProcess().PeakWorkingSet64 / 1e6);
        return new TrainingResult(metrics.Where(pair => double.IsFinite(pair.Value)).ToDictionary(), new Dictionary<string, IReadOnlyDictionary<string, double>>
        {
            ["model"] = Of(trained.Propensity.Report.Model, trained.Propensity.Report, ""),
            [Rfm] = Peer(trained.Propensity.Report, "").Concat(Peer(trained.Churn.Report, "churn_")).ToDictionary(),
        });
    }

    private static Dictionary<string, double> Of(ScoreQuality quality, ScoreReport report, string prefix) => new()
    {
        [$"{prefix}auc"] = quality.Auc,
        [MetricName.Low($"{prefix}auc")] = report.Auc.Low,
        [MetricName.High($"{prefix}auc")] = report.Auc.High,
        [$"{prefix}brier"] = quality.Brier,
        [$"{prefix}calibration_error"] = quality.CalibrationError,
        [$"{prefix}calibration_excess"] = report.Excess,
        [$"{prefix}base_rate"] = report.BaseRate,
    };

    private static Dictionary<string, double> Peer(ScoreReport report, string prefix)
    {
        var lead = MetricName.Lead($"{prefix}auc");
        return new()
        {
            [$"{prefix}auc"] = report.Peer.Auc,
            [lead] = report.Model.Auc - report.Peer.Auc,
            [MetricName.Low(lead)] = report.Lead.Low,
            [MetricName.High(lead)] = report.Lead.High,
            [$"{prefix}brier"] = report.Peer.Brier,
            [$"{prefix}calibration_error"] = report.Peer.CalibrationError,
        };
    }
}
