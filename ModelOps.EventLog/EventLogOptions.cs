using System.ComponentModel.DataAnnotations;

namespace ModelOps.EventLog;

/// <summary>The configuration section <c>EventLog</c>, the same for every service that opens the log.</summary>
public sealed class EventLogOptions
{
    private const int Margin = 20;

    /// <summary>Days that events and impressions are kept; whole days are dropped after that.</summary>
    [Range(30, 3650)] public int KeepDays { get; init; } = 420;

    /// <summary>Older events are refused when they come, so that none is accepted only to be dropped, and no dropped day comes back.</summary>
    public TimeSpan OldestIntake => TimeSpan.FromDays(KeepDays - Margin);
}
