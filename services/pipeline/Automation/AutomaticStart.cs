using System.Globalization;
using Microsoft.EntityFrameworkCore;
using ModelOps.Contracts.Clients;
using ModelOps.Contracts.Runs;
using ModelOps.Jobs;
using ModelOps.Pipeline.Definitions;
using ModelOps.Pipeline.Runs;
using ModelOps.Pipeline.Triggers;

namespace ModelOps.Pipeline.Automation;

/// <summary>
/// The one door through which runs start by themselves. Behind it the limits hold, whatever knocks and from however many replicas: one
/// at a time for each pipeline of a store, the decision and the run in one transaction. What crashes after it is queued by <see cref="AutomationLoop"/>.
/// </summary>
internal sealed class AutomaticStart(PipelineDb database, JobQueue jobs, TimeProvider time, ILogger<AutomaticStart> logger)
{
    /// <summary>Decides on a trigger that fires.</summary>
    /// <param name="lastRun">The model's newest run when the trigger looked.</param>
    /// <returns>False when another run has begun since the trigger looked, so that it has to look again; else the decision, null when it had been made before.</returns>
    public async Task<(bool IsDecided, DecisionRow? Decision)> DecideAsync(
        Target target, PipelineDefinition definition, string trigger, TriggerReading reading, Guid? lastRun, double? expectedMinutes, string by, CancellationToken cancellationToken)
    {
        var (isDecided, decision) = await database.InTransactionAsync(
            token => DecideInTurnAsync(target, definition, trigger, reading, lastRun, expectedMinutes, by, token), cancellationToken);
        if (decision is null)
            return (isDecided, null);
        logger.LogInformation("{Trigger} of {Pipeline} for {Model} ({Store}): {Saw} {Did}", trigger, target.Pipeline, target.Model, target.Store, decision.Saw, decision.Did);
        if (decision is { Action: DecisionAction.Started, Run: { } run })
            await jobs.EnqueueAsync(run, target.Store, RunJob.Kind, cancellationToken);
        return (true, decision);
    }

    private async Task<(bool IsDecided, DecisionRow? Decision)> DecideInTurnAsync(
        Target target, PipelineDefinition definition, string trigger, TriggerReading reading, Guid? lastRun, double? expectedMinutes, string by, CancellationToken cancellationToken)
    {
        await database.TakeTurnAsync($"start/{target.Store.Value}/{target.Pipeline}", cancellationToken);
        if (await LastRunAsync(database, target, cancellationToken) != lastRun)
            return (false, null);
        // What happens once (a tick, a call) is decided once; what lasts is decided anew after each run.
        var key = KeyOf(target, trigger, reading) + (reading.IsOnce ? "" : $"/{lastRun}");
        if (reading.IsOnce && await DecisionsOn(target, key).AnyAsync(cancellationToken))
            return (true, null);
        var now = time.GetUtcNow();
        var evidence = await LimitEvidenceReader.ReadAsync(database, target, expectedMinutes, now, cancellationToken);
        var suppression = LimitJudge.Judge(definition.Limits, evidence, now);
        var run = suppression is null ? NewRun(target, trigger, key, reading, expectedMinutes, by, now) : null;
        if (run is not null)
            database.Runs.Add(run);
        await database.SaveChangesAsync(cancellationToken);
        var decision = Decision(target, trigger, $"{target.Pipeline}/{key}/{suppression?.By ?? DecisionAction.Started}", reading, evidence, suppression, run, by, now);
        return (true, await database.AppendAsync(decision, cancellationToken) ? decision : null);
    }

    /// <summary>What was decided on something that happens once.</summary>
    public Task<DecisionRow> DecisionOnAsync(Target target, string trigger, TriggerReading reading, CancellationToken cancellationToken) =>
        DecisionsOn(target, KeyOf(target, trigger, reading)).OrderBy(row => row.Id).FirstAsync(cancellationToken);

    private IQueryable<DecisionRow> DecisionsOn(Target target, string key)
    {
        var beginning = $"{target.Pipeline}/{key}/";
        return database.Decisions.AsNoTracking().Where(row => row.Store == target.Store.Value && row.Key.StartsWith(beginning));
    }

    private static string KeyOf(Target target, string trigger, TriggerReading reading) => $"{trigger}/{target.Dataset}/{target.Model}/{reading.Key}";

    /// <summary>The model's newest run of the pipeline, whoever started it.</summary>
    public static async Task<Guid?> LastRunAsync(PipelineDb database, Target target, CancellationToken cancellationToken) => await database.Runs.AsNoTracking()
        .Where(run => run.Store == target.Store.Value && run.Pipeline == target.Pipeline && run.Model == target.Model)
        .OrderByDescending(run => run.CreatedAt).Select(run => (Guid?)run.Id).FirstOrDefaultAsync(cancellationToken);

    private static RunRow NewRun(Target target, string trigger, string key, TriggerReading reading, double? expectedMinutes, string by, DateTimeOffset now)
    {
        var id = new IdempotencyKey($"{target.Pipeline}/{key}").ToId(target.Store, "automatic-run");
        return new RunRow
        {
            Id = id,
            Store = target.Store.Value,
            Pipeline = target.Pipeline,
            Dataset = target.Dataset,
            Model = target.Model,
            Trigger = trigger,
            TriggerKey = key,
            TriggerReason = reading.Saw,
            By = by,
            ExpectedMinutes = expectedMinutes,
            Parameters = [],
            CreatedAt = now,
            State = RunState.Queued,
            Steps = RunRow.NewSteps(id),
        };
    }

    private static DecisionRow Decision(
        Target target, string trigger, string key, TriggerReading reading, LimitEvidence evidence, Suppression? suppression, RunRow? run, string by, DateTimeOffset now) => new()
        {
            Store = target.Store.Value,
            Key = key,
            At = now,
            Pipeline = target.Pipeline,
            Model = target.Model,
            Dataset = target.Dataset,
            Trigger = trigger,
            Action = suppression is null ? DecisionAction.Started : DecisionAction.Suppressed,
            Saw = reading.Saw,
            Did = suppression is null ? "Started a run." : string.Create(CultureInfo.InvariantCulture, $"Started no run. {suppression.Reason}"),
            Otherwise = suppression?.Otherwise ?? reading.Otherwise,
            Numbers = new(reading.Numbers)
            {
                ["training_minutes_day"] = evidence.MinutesToday,
                ["training_minutes_week"] = evidence.MinutesThisWeek,
                ["expected_minutes"] = evidence.ExpectedMinutes ?? double.NaN,
                ["automatic_runs_week"] = evidence.AutomaticThisWeek.Count,
            },
            Run = run?.Id ?? suppression?.Run,
            By = by,
        };
}
