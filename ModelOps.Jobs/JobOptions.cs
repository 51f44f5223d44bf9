using System.ComponentModel.DataAnnotations;

namespace ModelOps.Jobs;

/// <summary>The configuration section <c>Jobs</c>.</summary>
public sealed class JobOptions
{
    /// <summary>Jobs that one replica runs at the same time.</summary>
    [Range(1, 64)] public int Concurrency { get; init; } = 1;

    /// <summary>How long a lease lasts without renewal; a killed worker's job is taken up by another after this.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")] public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Attempts before a job counts as failed. Lost leases count too.</summary>
    [Range(1, 1000)] public int MaxAttempts { get; init; } = 20;

    /// <summary>Wait before the second attempt; doubles with each up to <see cref="MaxDelay"/>.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "01:00:00")] public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(1);

    [Range(typeof(TimeSpan), "00:00:00.001", "1.00:00:00")] public TimeSpan MaxDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often the queue is looked at when no notification comes.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:10:00")] public TimeSpan Poll { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long jobs are kept after their end. What they did is in their service's own tables and stays.</summary>
    [Range(typeof(TimeSpan), "01:00:00", "3650.00:00:00")] public TimeSpan Retention { get; init; } = TimeSpan.FromDays(14);
}
