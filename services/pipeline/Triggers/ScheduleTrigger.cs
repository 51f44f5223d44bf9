using System.Globalization;
using ModelOps.Pipeline.Automation;
using ModelOps.Pipeline.Definitions;

namespace ModelOps.Pipeline.Triggers;

/// <summary>
/// A tick of the pipeline's clock. Ticks count from when the schedule was first seen; of those that passed while the service was
/// down the last one counts, the others are only named.
/// </summary>
internal sealed class ScheduleTrigger : ITrigger
{
    /// <summary>How far back missed ticks are looked for.</summary>
    private static readonly TimeSpan Memory = TimeSpan.FromDays(366);

    public string Name => "schedule";

    public bool IsOn(PipelineDefinition definition) => definition.Schedule is not null;

    public Task<TriggerReading?> ReadAsync(TriggerQuestion question, CancellationToken cancellationToken) =>
        Task.FromResult<TriggerReading?>(Read(question.Definition.Schedule!, question.Before?.Key, question.Now));

    /// <param name="before">The last tick that was decided on, or when the schedule was first seen.</param>
    internal static TriggerReading Read(ScheduleDefinition schedule, string? before, DateTimeOffset now)
    {
        var since = DateTimeOffset.TryParse(before, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var known) ? known : now;
        var ticks = schedule.Ticks(since < now - Memory ? now - Memory : since, now).ToList();
        var next = schedule.Next(now) is { } tick ? $"The next tick is at {LimitJudge.Moment(tick)}." : "There is no tick any more.";
        return ticks.Count == 0
            ? new TriggerReading(false, since.ToString("O", CultureInfo.InvariantCulture), next, next, new Dictionary<string, double>(), IsOnce: true)
            : new TriggerReading(
                true, ticks[^1].ToUniversalTime().ToString("O", CultureInfo.InvariantCulture),
                $"The tick of {LimitJudge.Moment(ticks[^1])} ('{schedule.Cron}', {schedule.TimeZone}) is due{(ticks.Count > 1 ? $"; {ticks.Count - 1} before it passed unseen" : "")}.",
                $"No tick would have been due under another schedule. {next}", new Dictionary<string, double> { ["ticks"] = ticks.Count }, IsOnce: true);
    }
}
