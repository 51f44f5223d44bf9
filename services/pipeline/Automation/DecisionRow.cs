using ModelOps.Contracts.Runs;

namespace ModelOps.Pipeline.Automation;

/// <summary>One entry of the append-only log.</summary>
internal sealed class DecisionRow
{
    public long Id { get; init; }
    public required string Store { get; init; }

    /// <summary>What was decided on: the same is written once.</summary>
    public required string Key { get; init; }
    public required DateTimeOffset At { get; init; }
    public string? Pipeline { get; init; }
    public string? Model { get; init; }
    public string? Dataset { get; init; }
    public required string Trigger { get; init; }
    public required string Action { get; init; }
    public required string Saw { get; init; }
    public required string Did { get; init; }
    public required string Otherwise { get; init; }
    public Dictionary<string, double> Numbers { get; init; } = [];
    public Guid? Run { get; init; }
    public Guid? Rollout { get; init; }
    public required string By { get; init; }

    public Decision ToContract() => new(Id, At, Pipeline, Model, Dataset, Trigger, Action, Saw, Did, Otherwise, Numbers, Run, Rollout, By);
}
