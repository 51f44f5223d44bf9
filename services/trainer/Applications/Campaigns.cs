using System.Diagnostics;
using System.Text.Json;
using ModelOps.Contracts.Datasets;
using ModelOps.Contracts.Runs;
using ModelOps.Features.Campaigns;
using ModelOps.Features.Tables;
using ModelOps.Trainer.Campaigns;
using ModelOps.Trainer.Campaigns.Responses;
using ModelOps.Trainer.Campaigns.Uplift;
using ModelOps.Trainer.DataParallel;
using ModelOps.Trainer.Estimates;
using ModelOps.Trainer.Training;

namespace ModelOps.Trainer.Applications;

/// <summary>Whom a campaign changes, from campaigns with a control group.</summary>
public sealed class Campaigns : IApplication
{
    public string Name => ApplicationName.Campaigns;

    public IReadOnlyList<string> DatasetFiles { get; } = [Contracts.Datasets.DatasetFiles.Campaigns];

    public IReadOnlyList<string> PackageFiles { get; } =
        [CampaignSettings.FileName, Features.PackageFiles.Model, TableSchema.FileName, CampaignCustomers.FileName, Features.PackageFiles.ModelCard];

    public IReadOnlyDictionary<string, JsonElement>? Complete(IReadOnlyDictionary<string, JsonElement>? given, out Dictionary<string, string[]> errors)
    {
        var parameters = ParameterRecord.Read(given, new CampaignParameters(), out errors);
        return errors.Count == 0 ? ParameterRecord.ToDictionary(parameters) : null;
    }

    public RunSize SizeOf(IReadOnlyDictionary<string, JsonElement> parameters, DatasetProfile profile)
    {
        ArgumentNullException.ThrowIfNull(profile);
        var chosen = ParameterRecord.Read(parameters, new CampaignParameters(), out _);
        var learners = chosen.Learner == CampaignParameters.Auto ? UpliftLearners.All.Count : 1;
        return new RunSize(ApplicationName.Campaigns, profile.Tables.GetValueOrDefault("campaigns"), chosen.Folds * learners, 1000);
    }

    public async Task<TrainingResult> TrainAsync(TrainingTask task, string folder, Action<WorkerMessage> report, Group? group = null)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(report);
        var started = Stopwatch.GetTimestamp();
        report(new WorkerMessage(Phase: "read"));
        var parameters = ParameterRecord.Read(task.Parameters, new CampaignParameters(), out var errors);
        if (errors.Count > 0)
            throw new TrainingException(string.Join(" ", errors.Values.SelectMany(error => error)));
        var data = await CampaignData.ReadAsync(folder, parameters);
        var rows = data.Table.Encode(data.Table.Learn(data.Table.Names, [.. Enumerable.Range(0, data.Outcomes.Length)]));

        report(new WorkerMessage(Phase: "train"));
        var arms = data.Arms.Select(arm => Train(arm, parameters, data, rows)).ToList();

        report(new WorkerMessage(Phase: "export"));
        var parity = await new CampaignPackage(task, parameters, data, rows, arms).WriteAsync(Path.Combine(folder, TrainingTask.PackageFolder));
        // One arm stands for all in gates: the one with the least certain gain.
        var worst = arms.MinBy(arm => arm.Responses?.AucInterval.Low ?? arm.Settings.QiniLow)!;
        var metrics = new Dictionary<string, double>(Judged(worst))
        {
            ["arms"] = arms.Count,
            ["arms_with_uplift"] = arms.Count(arm => arm.Settings.Way == RankingWay.Uplift),
            ["parity"] = parity,
            [MetricName.Seconds] = Math.Round(Stopwatch.GetElapsedTime(started).TotalSeconds, 1),
            [MetricName.PeakMegabytes] = Math.Round(Process.GetCurrentProcess().PeakWorkingSet64 / 1e6),
        };
        return new TrainingResult(metrics, Comparison(worst));
    }

    private static TrainedArm Train(string arm, CampaignParameters parameters, CampaignData data, TableRows rows)
    {
        if (data.Control is not null)
            return new ArmTraining(parameters, data.IsRate, data.IsOrdered).Train(arm, Against(arm, data, rows));
        return data.IsRate
            ? new ResponseTraining(parameters, data.IsOrdered).Train(arm, rows, data.Outcomes)
            : throw new TrainingException("Without a control group only who responds can be learned, not how much is spent. Choose the outcome conversion or visit, or name the 'control'.");
    }

    private static Dictionary<string, double> Judged(TrainedArm arm) => arm.Responses is { } report
        ? new()
        {
            ["auc"] = report.Auc,
            [MetricName.Low("auc")] = report.AucInterval.Low,
            [MetricName.High("auc")] = report.AucInterval.High,
            ["average_precision"] = report.AveragePrecision,
            ["calibration_error"] = report.CalibrationError,
            ["average_outcome"] = arm.Settings.AverageEffect,
        }
        : new()
        {
            ["qini"] = arm.Settings.Qini,
            [MetricName.Low("qini")] = arm.Settings.QiniLow,
            [MetricName.High("qini")] = arm.Settings.QiniHigh,
            ["uplift@10%"] = arm.Effects!.AtTenth,
            ["average_effect"] = arm.Settings.AverageEffect,
        };

    /// <summary>The customers of an arm and the control group.</summary>
    private static UpliftRows Against(string arm, CampaignData data, TableRows rows)
    {
        int[] chosen = [.. Enumerable.Range(0, rows.Count).Where(row => data.Treatments[row] == arm || data.Treatments[row] == data.Control)];
        return new UpliftRows(rows.Take(chosen), [.. chosen.Select(row => data.Treatments[row] == arm)], [.. chosen.Select(row => data.Outcomes[row])]);
    }

    /// <summary>The judged model, and the validation of every learner.</summary>
    private static Dictionary<string, IReadOnlyDictionary<string, double>> Comparison(TrainedArm arm)
    {
        var measure = arm.Responses is null ? "validation_qini" : "validation_auc";
        var comparison = arm.Validation.ToDictionary(pair => pair.Key, IReadOnlyDictionary<string, double> (pair) => new Dictionary<string, double> { [measure] = pair.Value });
        comparison["model"] = new Dictionary<string, double>(Judged(arm)) { [measure] = arm.Validation[arm.Settings.Learner] };
        return comparison;
    }
}
