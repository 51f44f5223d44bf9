using Microsoft.EntityFrameworkCore;
using ModelOps.Contracts.Runs;
using ModelOps.Pipeline.Automation;
using ModelOps.Pipeline.Runs;
using ModelOps.Pipeline.Steps;

namespace ModelOps.Pipeline.Triggers;

/// <summary>What a trigger last saw of a target.</summary>
internal sealed class TriggerStateRow
{
    public required string Store { get; init; }
    public required string Pipeline { get; init; }
    public required string Dataset { get; init; }
    public required string Model { get; init; }
    public required string Trigger { get; init; }
    public string Key { get; set; } = "";
    public bool Fires { get; set; }
    public string Saw { get; set; } = "";
    public string Otherwise { get; set; } = "";
    public DateTimeOffset At { get; set; }

    public TriggerState ToContract() => new(Trigger, At, Fires, Saw, Otherwise);
}

internal static class TriggerStates
{
    public static IQueryable<TriggerStateRow> StatesOf(this PipelineDb database, Target target) => database.TriggerStates.AsNoTracking()
        .Where(row => row.Store == target.Store.Value && row.Pipeline == target.Pipeline && row.Dataset == target.Dataset && row.Model == target.Model);

    public static Task<TriggerStateRow?> StateOfAsync(this PipelineDb database, Target target, string trigger, CancellationToken cancellationToken) =>
        database.StatesOf(target).FirstOrDefaultAsync(row => row.Trigger == trigger, cancellationToken);

    public static Task<RunRow?> LastTrainedAsync(this PipelineDb database, Target target, CancellationToken cancellationToken) => database.Runs.AsNoTracking().Include(run => run.Steps)
        .Where(run => run.Store == target.Store.Value && run.Pipeline == target.Pipeline && run.Model == target.Model
            && run.Steps.Any(step => step.Name == TrainStep.Step && step.State == RunState.Succeeded))
        .OrderByDescending(run => run.CreatedAt).FirstOrDefaultAsync(cancellationToken);

    /// <summary>Of two replicas the one that looked later counts.</summary>
    public static Task KeepAsync(this PipelineDb database, Target target, string trigger, TriggerReading reading, DateTimeOffset now, CancellationToken cancellationToken) =>
        database.Database.ExecuteSqlAsync($"""
            INSERT INTO trigger_states (store, pipeline, dataset, model, trigger, key, fires, saw, otherwise, at)
            VALUES ({target.Store.Value}, {target.Pipeline}, {target.Dataset}, {target.Model}, {trigger}, {reading.Key}, {reading.Fires}, {reading.Saw}, {reading.Otherwise}, {now})
            ON CONFLICT (store, pipeline, dataset, model, trigger) DO UPDATE
            SET key = excluded.key, fires = excluded.fires, saw = excluded.saw, otherwise = excluded.otherwise, at = excluded.at WHERE trigger_states.at <= excluded.at
            """, cancellationToken);

    /// <summary>A trigger that is off has seen nothing: when it is switched on again it begins anew.</summary>
    public static Task ForgetOffAsync(this PipelineDb database, Target target, IReadOnlyList<string> on, CancellationToken cancellationToken) =>
        database.StatesOf(target).Where(row => !on.Contains(row.Trigger)).ExecuteDeleteAsync(cancellationToken);
}
