using ModelOps.Pipeline.Automation;
using ModelOps.Pipeline.Definitions;

namespace ModelOps.Pipeline.Triggers;

/// <summary>The monitor says that shoppers or products are no longer those that the champion was trained on.</summary>
internal sealed class DriftTrigger(IDriftSource reports) : ITrigger
{
    private const int Shown = 3;

    public string Name => "drift";

    public bool IsOn(PipelineDefinition definition) => definition.Triggers.Drift is not null;

    public async Task<TriggerReading?> ReadAsync(TriggerQuestion question, CancellationToken cancellationToken) =>
        await reports.FindAsync(question.Target.Store, question.Target.Model, cancellationToken) is { } report ? Read(report, question.LastTrained?.CreatedAt) : null;

    /// <param name="lastTrained">When the last run that trained began: it has learned from a window that ended before.</param>
    internal static TriggerReading Read(DriftSighting report, DateTimeOffset? lastTrained)
    {
        var window = $"{LimitJudge.Moment(report.From)} to {LimitJudge.Moment(report.To)}";
        var isAnswered = report.IsDrifted && report.To <= lastTrained;
        var reasons = string.Join("; ", report.Reasons.Take(Shown)) + (report.Reasons.Count > Shown ? $"; and {report.Reasons.Count - Shown} more" : "");
        return new TriggerReading(
            report.IsDrifted && !isAnswered, report.Id,
            !report.IsDrifted ? $"No drift of version {report.Version} from {window}."
                : isAnswered ? $"The drift from {window} was answered by a run after it."
                : $"Drift of version {report.Version} from {window}: {reasons}.",
            report.IsDrifted ? "A window that looks like the training data." : "A drift that the monitor reports.",
            new Dictionary<string, double> { ["version"] = report.Version, ["reasons"] = report.Reasons.Count });
    }
}
