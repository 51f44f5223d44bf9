using Microsoft.EntityFrameworkCore;
using ModelOps.Contracts.Runs;
using ModelOps.Pipeline.Runs;
using ModelOps.Pipeline.Steps;

namespace ModelOps.Pipeline.Automation;

/// <summary>Gathers what limits look at from the runs there were.</summary>
internal static class LimitEvidenceReader
{
    public static async Task<LimitEvidence> ReadAsync(PipelineDb database, Target target, double? expectedMinutes, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var weekAgo = now.AddDays(-7);
        var runs = database.Runs.AsNoTracking().Where(run => run.Store == target.Store.Value && run.Pipeline == target.Pipeline);
        var recent = await runs.Include(run => run.Steps).Where(run => run.EndedAt == null || run.EndedAt > weekAgo || run.CreatedAt > weekAgo).OrderByDescending(run => run.CreatedAt).ToListAsync(cancellationToken);
        var underWay = recent.Where(run => !run.State.IsFinal()).ToList();
        var lastEnded = await runs.Where(run => run.Model == target.Model && run.EndedAt != null).OrderByDescending(run => run.EndedAt)
            .Select(run => new EndedRun(run.Id, run.State == RunState.Succeeded, run.EndedAt!.Value)).FirstOrDefaultAsync(cancellationToken);
        return new LimitEvidence(
            await database.AutomationOfAsync(target.Store, cancellationToken), underWay.Count, underWay.FirstOrDefault()?.Id, lastEnded,
            [.. recent.Where(run => run.Model == target.Model && run.Trigger != RunRow.Manual && run.CreatedAt > weekAgo).Select(run => run.CreatedAt).Order()],
            recent.Sum(run => MinutesSince(run, now.AddDays(-1), now)), recent.Sum(run => MinutesSince(run, weekAgo, now)), expectedMinutes);
    }

    /// <summary>The part of a run's training after <paramref name="from"/>; before its end, at least what is expected.</summary>
    private static double MinutesSince(RunRow run, DateTimeOffset from, DateTimeOffset now)
    {
        var step = run.Steps.FirstOrDefault(step => step.Name == TrainStep.Step);
        var expected = run.State.IsFinal() || step?.State.IsFinal() == true ? 0 : run.ExpectedMinutes ?? 0;
        if (step?.StartedAt is not { } start)
            return expected;
        var begin = start > from ? start : from;
        return Math.Max(expected, Math.Max(0, ((step.EndedAt ?? run.EndedAt ?? now) - begin).TotalMinutes));
    }
}
