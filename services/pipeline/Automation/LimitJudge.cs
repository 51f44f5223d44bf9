using System.Globalization;
using ModelOps.Contracts.Runs;
using ModelOps.Pipeline.Definitions;
using ModelOps.ServiceDefaults;

namespace ModelOps.Pipeline.Automation;

/// <summary>What limits look at.</summary>
/// <param name="Switch">The store's.</param>
/// <param name="UnderWay">A run of the pipeline in the store that has not ended, the newest of <paramref name="UnderWayCount"/>.</param>
/// <param name="LastEnded">The model's run that ended last, whoever started it; null before the first.</param>
/// <param name="AutomaticThisWeek">When the model's automatic runs of the last seven days began, oldest first.</param>
/// <param name="MinutesToday">Of training in the last 24 hours, for the pipeline in the store; of runs that have not trained yet what is expected.</param>
/// <param name="MinutesThisWeek">In the last seven days.</param>
/// <param name="ExpectedMinutes">Of the run that is asked for; null where the trainer cannot say yet.</param>
internal sealed record LimitEvidence(
    AutomationState Switch,
    int UnderWayCount,
    Guid? UnderWay,
    EndedRun? LastEnded,
    IReadOnlyList<DateTimeOffset> AutomaticThisWeek,
    double MinutesToday,
    double MinutesThisWeek,
    double? ExpectedMinutes);

internal sealed record EndedRun(Guid Id, bool Succeeded, DateTimeOffset At);

/// <summary>What stands against a run.</summary>
/// <param name="By">The limit's key, or <c>pause</c>.</param>
/// <param name="Reason">With its numbers.</param>
/// <param name="Otherwise">What would let the run start.</param>
internal sealed record Suppression(string By, string Reason, string Otherwise, Guid? Run = null);

/// <summary>Holds a run that starts by itself against the pause and the pipeline's limits, the first that stands against it.</summary>
internal static class LimitJudge
{
    public static Suppression? Judge(LimitsDefinition limits, LimitEvidence evidence, DateTimeOffset now) =>
        Pause(evidence) ?? Concurrency(limits, evidence) ?? CoolDown(limits, evidence, now) ?? RunsPerWeek(limits, evidence)
        ?? Budget("day", "24 hours", limits.TrainingMinutes.Day, evidence.MinutesToday, evidence.ExpectedMinutes)
        ?? Budget("week", "seven days", limits.TrainingMinutes.Week, evidence.MinutesThisWeek, evidence.ExpectedMinutes);

    private static Suppression? Pause(LimitEvidence evidence) => !evidence.Switch.Paused ? null
        : new("pause", $"Automation is paused by {evidence.Switch.By}: {evidence.Switch.Reason}", "Let automation act again: PUT /v1/automation {\"paused\":false}.");

    private static Suppression? Concurrency(LimitsDefinition limits, LimitEvidence evidence) => evidence.UnderWayCount < limits.Concurrency ? null
        : new("concurrency", $"{evidence.UnderWayCount} run{(evidence.UnderWayCount == 1 ? " is" : "s are")} under way; limits.concurrency is {limits.Concurrency}.", "The end of the run, or a higher limits.concurrency.", evidence.UnderWay);

    private static Suppression? CoolDown(LimitsDefinition limits, LimitEvidence evidence, DateTimeOffset now)
    {
        if (evidence.LastEnded is not { } last)
            return null;
        var (key, length) = last.Succeeded ? ("success", limits.CoolDown.Success) : ("failure", limits.CoolDown.Failure);
        var over = last.At + length;
        return over <= now ? null : new("cool_down",
            $"The model's last run {(last.Succeeded ? "succeeded" : "failed")} {LengthOfTime.Rounded(now - last.At)} ago; limits.cool_down.{key} is {LengthOfTime.Rounded(length)}.",
            $"The cool-down's end at {Moment(over)}, or a shorter limits.cool_down.{key}.", last.Id);
    }

    private static Suppression? RunsPerWeek(LimitsDefinition limits, LimitEvidence evidence) => evidence.AutomaticThisWeek.Count < limits.RunsPerWeek ? null
        : new("runs_per_week", $"The model had {evidence.AutomaticThisWeek.Count} automatic runs in seven days; limits.runs_per_week is {limits.RunsPerWeek}.",
            evidence.AutomaticThisWeek.Count == 0 ? "A higher limits.runs_per_week." : $"The end of the oldest one's week at {Moment(evidence.AutomaticThisWeek[0].AddDays(7))}, or a higher limits.runs_per_week.");

    private static Suppression? Budget(string key, string span, double limit, double spent, double? expected) =>
        // Nobody knows what the first training of its kind takes: it starts while anything is left.
        (expected is { } minutes ? spent + minutes <= limit : spent < limit) ? null
        : new($"training_minutes.{key}", $"{Text(spent)} minutes of training in {span}, {(expected is { } more ? $"{Text(more)} more expected" : "how many more is not known")}; limits.training_minutes.{key} is {Text(limit)}.",
            $"Fewer minutes in the last {span}, or a higher limits.training_minutes.{key}.");

    public static string Moment(DateTimeOffset time) => time.ToUniversalTime().ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);

    private static string Text(double minutes) => minutes.ToString("0.#", CultureInfo.InvariantCulture);
}
