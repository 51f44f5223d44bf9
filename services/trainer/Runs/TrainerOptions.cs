using System.ComponentModel.DataAnnotations;

namespace ModelOps.Trainer.Runs;

/// <summary>The configuration section <c>Trainer</c>.</summary>
public sealed class TrainerOptions
{
    /// <summary>Where runs in progress and packages that are not registered yet lie; anything in it may be lost.</summary>
    [Required] public string WorkFolder { get; init; } = Path.Combine(Path.GetTempPath(), $"modelops-trainer-{Environment.UserName}");

    /// <summary>Runs of a store whose package and checkpoint stay in blob storage; older ones' are removed.</summary>
    [Range(1, 10_000)] public int KeepRuns { get; init; } = 20;

    /// <summary>What an hour of training costs on this machine, in <see cref="Currency"/>; 0 where nobody asks.</summary>
    [Range(0, 100_000)] public double PricePerHour { get; init; }

    /// <summary>Of the price, as it is to be shown.</summary>
    [Required, StringLength(8, MinimumLength = 1)] public string Currency { get; init; } = "USD";

    /// <summary>The most seconds of training that a killed machine costs.</summary>
    [Range(0, 3600)] public int CheckpointSeconds { get; init; } = 10;
}
