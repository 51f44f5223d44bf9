using System.Globalization;
using ModelOps.Bench.Recommend;
using ModelOps.Contracts.Runs;
using ModelOps.Features;
using ModelOps.Trainer.Training;

namespace ModelOps.Bench.Replay;

/// <summary>The days of a shop one after the other, with the trigger <c>new_rows</c> and a cool-down of a week.</summary>
/// <param name="share">New rows that start a training, of those that were trained with last.</param>
/// <param name="settings">Of a training run, over this replay's own.</param>
internal sealed class Replay(Shop shop, string folder, double share, IReadOnlyDictionary<string, string> settings)
{
    private const int Week = 7;

    /// <summary>The first Monday with more than a month before it.</summary>
    private static readonly DateOnly First = new(2011, 1, 10), End = new(2011, 10, 1);

    /// <summary>Small enough for two cores to train every week of the year.</summary>
    private static readonly Dictionary<string, string> Small = new()
    {
        ["profile"] = "fast",
        ["protocol"] = "auto",
        ["periodDays"] = "14",
        ["excludeSeen"] = "false",
        ["dimensions"] = "32",
        ["epochs"] = "8",
        ["patience"] = "2",
        ["validationUsers"] = "1000",
        ["tuningUsers"] = "600",
        ["compression"] = "none",
        ["start"] = "champion",
    };

    private readonly string statePath = Path.Combine(folder, "replay.json");

    public async Task<ReplayState> RunAsync()
    {
        var state = await ReplayState.ReadAsync(statePath);
        for (var day = First; day.AddDays(Week) <= End; day = day.AddDays(1))
        {
            if (state.Trainings.All(training => training.Day < day) && IsDue(state, day))
                await KeepAsync(state = state with { Trainings = [.. state.Trainings, await TrainAsync(state, day)] });
            if (day.DayOfWeek == DayOfWeek.Monday && state.Weeks.All(week => week.From < day))
                await KeepAsync(state = state with { Weeks = [.. state.Weeks, await AskAsync(state, day)] });
        }
        return state;
    }

    private bool IsDue(ReplayState state, DateOnly day)
    {
        if (state.Trainings.Count == 0)
            return true;
        var last = state.Trainings[^1];
        return day >= last.Day.AddDays(Week) && shop.RowsBefore(day) - last.Rows >= share * last.Rows;
    }

    private async Task<DoneTraining> TrainAsync(ReplayState state, DateOnly day)
    {
        var run = Path.Combine(folder, day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        var package = Path.Combine(run, TrainingTask.PackageFolder);
        var isWarm = state.Trainings.Count > 0;
        var arrived = Benchmark.Retail() with
        {
            EventsSql = $"SELECT * FROM read_parquet('{shop.File}') WHERE time < TIMESTAMP '{day:yyyy-MM-dd}'",
            Settings = Small,
        };
        await arrived.PrepareAsync(run, settings);
        if (isWarm)
            CopyWeights(state.Trainings[^1].Folder, Path.Combine(run, StartingPoint.Folder));
        var end = await WorkerProcess.RunAsync(run, (message, line) =>
        {
            // From scratch after all: too little was new to measure a warm start by.
            isWarm &= message?.Phase?.StartsWith("from scratch", StringComparison.Ordinal) is not true;
            return Task.CompletedTask;
        });
        if (end.Result is not { } result)
            throw new InvalidOperationException($"The training of {day} ended with exit code {end.ExitCode}: {end.Error}\n{end.Errors}");
        var (rows, seconds) = (shop.RowsBefore(day), result.Metrics[MetricName.Seconds]);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{day:yyyy-MM-dd}  trained with {rows} rows in {seconds:f0} s{(isWarm ? ", warm" : "")}"));
        return new DoneTraining(day, rows, isWarm, seconds, package);
    }

    private async Task<AskedWeek> AskAsync(ReplayState state, DateOnly monday)
    {
        var questions = shop.Ask(monday, Week);
        var last = state.Trainings[^1];
        using var once = await DeployedPackage.LoadAsync(state.Trainings[0].Folder, shop.Items);
        using var renewed = await DeployedPackage.LoadAsync(last.Folder, shop.Items);
        var week = new AskedWeek(monday, questions.Count, last.Day, renewed.Ndcg10(questions), once.Ndcg10(questions));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{monday:yyyy-MM-dd}  {week.Cases,4} customers  NDCG@10 renewed {week.Renewed:f4}  once {week.Once:f4}"));
        return week;
    }

    private Task KeepAsync(ReplayState state) => state.WriteAsync(statePath);

    private static void CopyWeights(string package, string start)
    {
        Directory.CreateDirectory(start);
        foreach (var file in new[] { PackageFiles.Weights, PackageFiles.WeightsDescription })
            File.Copy(Path.Combine(package, file), Path.Combine(start, file), overwrite: true);
    }
}
