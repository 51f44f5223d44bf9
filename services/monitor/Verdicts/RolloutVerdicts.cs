using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using ModelOps.Contracts;
using ModelOps.Contracts.Deployments;
using ModelOps.Monitor.Quality;

namespace ModelOps.Monitor.Verdicts;

/// <summary>Judges a rollout's present step, and keeps what was said with its evidence.</summary>
internal sealed class RolloutVerdicts(MonitorDb database, StepReactions reactions, StepOutcomes outcomes, IOptions<VerdictOptions> options, TimeProvider time)
{
    /// <summary>A verdict that says the same is kept again after so much of its step: often at first, seldom later.</summary>
    private const double Again = .02;
    private static readonly TimeSpan Soonest = TimeSpan.FromSeconds(30);

    public async Task<Verdict> JudgeAsync(StoreId store, Rollout rollout, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var trials = new Dictionary<string, ArmTotals>();
        foreach (var arm in rollout.Trials)
            trials[arm.Name] = await TotalsAsync(store, rollout, arm, now, cancellationToken);
        var isLast = rollout.Kind == RolloutKind.Canary && rollout.Step == rollout.Steps.Count - 1;
        var strictness = new Strictness(options.Value.FewestAnswers, Math.Max(1, rollout.Steps.Count), isLast && options.Value.LossRuledOut < 1 ? options.Value.LossRuledOut : null);
        var verdict = Judge.Of(rollout.Guards, trials, await TotalsAsync(store, rollout, rollout.Baseline, now, cancellationToken), strictness);
        if (rollout.EndedAt is null)
            await KeepAsync(store, rollout, verdict, now, cancellationToken);
        return verdict;
    }

    /// <summary>
    /// Failures and latency count from the minute in which the step began, so that they are seen at once; reactions from its first
    /// whole minute until shoppers have had time for them, the same for every arm. Minutes in which it was paused are left out of both.
    /// </summary>
    private async Task<ArmTotals> TotalsAsync(StoreId store, Rollout rollout, Arm arm, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var windows = await database.Windows.AsNoTracking()
            .Where(row => row.Store == store.Value && row.Model == rollout.Model && row.Version == arm.Version && row.Arm == arm.Name && row.Start > rollout.StepAt.AddMinutes(-1)).ToListAsync(cancellationToken);
        windows.RemoveAll(window => rollout.Pauses.Any(pause => pause.Touches(window.Start)));
        var settled = now - TimeSpan.FromMinutes(1 + options.Value.ReactionMinutes);
        var filter = new AnswerFilter(store.Value, rollout.Model, rollout.StepAt, settled.AddTicks(1), arm.Version, arm.Name, AssignedOnly: true) { Pauses = rollout.Pauses };
        return new ArmTotals(
            windows.Sum(window => window.Requests), windows.Sum(window => window.Failures), windows.Sum(window => window.Compared), windows.Sum(window => window.Overlap),
            [.. Enumerable.Range(0, LatencyHistogram.Empty().Length).Select(bucket => windows.Sum(window => window.LatencyCounts[bucket]))],
            await reactions.OfAsync(database, filter, cancellationToken))
        { Percent = arm.Percent, Outcomes = await outcomes.OfAsync(rollout.Guards, filter, cancellationToken) };
    }

    private async Task KeepAsync(StoreId store, Rollout rollout, Verdict verdict, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var last = await Of(store, rollout.Model, rollout.Id).OrderByDescending(row => row.Id).FirstOrDefaultAsync(cancellationToken);
        if (last is not null && last.Step == rollout.Step && last.Kind == verdict.Kind && last.At >= rollout.StepAt && now - last.At < Longer((last.At - rollout.StepAt) * Again, Soonest))
            return;
        database.Verdicts.Add(new VerdictRow
        {
            Store = store.Value,
            Model = rollout.Model,
            Rollout = rollout.Id,
            Step = rollout.Step,
            At = now,
            Kind = verdict.Kind,
            Reason = verdict.Reason,
            Evidence = JsonSerializer.Serialize(verdict.Evidence, JsonSerializerOptions.Web),
        });
        await database.SaveChangesAsync(cancellationToken);
    }

    public IQueryable<VerdictRow> Of(StoreId store, string model, Guid rollout) =>
        database.Verdicts.AsNoTracking().Where(row => row.Store == store.Value && row.Model == model && row.Rollout == rollout);

    private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;
}
