using System.Text.Json;
using ModelOps.Features;
using ModelOps.Trainer.Evaluation;

namespace ModelOps.Bench.Replay;

/// <summary>A training with all rows before <paramref name="Day"/>; the first is the one that the other model stays with.</summary>
/// <param name="Folder">Its package.</param>
internal sealed record DoneTraining(DateOnly Day, int Rows, bool IsWarm, double Seconds, string Folder);

/// <param name="Cases">Known customers who bought something in it.</param>
/// <param name="Trained">When the renewed model last learned.</param>
internal sealed record AskedWeek(DateOnly From, int Cases, DateOnly Trained, double Renewed, double Once);

/// <summary>How far a replay has come.</summary>
internal sealed record ReplayState(IReadOnlyList<DoneTraining> Trainings, IReadOnlyList<AskedWeek> Weeks)
{
    private const int Seed = 1;

    public static async Task<ReplayState> ReadAsync(string path) => File.Exists(path)
        ? JsonSerializer.Deserialize<ReplayState>(await File.ReadAllTextAsync(path), PackageJson.Indented)!
        : new ReplayState([], []);

    public async Task WriteAsync(string path)
    {
        await File.WriteAllTextAsync(path + ".new", JsonSerializer.Serialize(this, PackageJson.Indented));
        File.Move(path + ".new", path, overwrite: true);
    }

    /// <summary>Of the renewed model over the other: the mean of the weeks' differences, and how far it would move with other such weeks.</summary>
    public (double Mean, double Low, double High) Gain()
    {
        double[] gains = [.. Weeks.Select(week => week.Renewed - week.Once)];
        var interval = Bootstrap.Of([gains], Seed)[0];
        return (gains.Average(), interval.Low, interval.High);
    }
}
