using ModelOps.Contracts.Deployments;

namespace ModelOps.Registry.Deployments.Rollouts;

internal sealed class RolloutRow
{
    public required Guid Id { get; init; }
    public required string Store { get; init; }
    public required string Model { get; init; }
    public required string Alias { get; init; }
    public required RolloutKind Kind { get; init; }
    public required int Champion { get; init; }

    /// <summary>Who takes part; the percentages are the kind's to say.</summary>
    public required List<Arm> Arms { get; init; }
    public required List<int> Versions { get; init; }
    public required List<double> Steps { get; init; }
    public required double BakeMinutes { get; init; }
    public required double MirrorPercent { get; init; }
    public required List<Guard> Guards { get; init; }
    public required DateTimeOffset StartedAt { get; init; }
    public required string By { get; init; }
    public required string Reason { get; init; }
    public RolloutState State { get; set; } = RolloutState.Running;
    public int Step { get; set; }
    public DateTimeOffset StepAt { get; set; }
    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>Of the present step; replaced, never changed in place.</summary>
    public List<Pause> Pauses { get; set; } = [];

    /// <summary>How often it was acted on; the concurrency token: of two actions at once, one wins.</summary>
    public int Changes { get; set; }

    public Rollout ToContract() => new(
        Id, Model, Alias, Kind, State, Champion, RolloutKinds.Of(Kind).ArmsOf(this), Steps, Step, BakeMinutes, Guards, StartedAt, StepAt, EndedAt, By, Reason)
    { Pauses = Pauses };
}

/// <summary>Append-only: who did what to which rollout, and what was seen.</summary>
internal sealed class RolloutChangeRow
{
    public long Id { get; init; }
    public required Guid RolloutId { get; init; }
    public required string Store { get; init; }
    public required string Action { get; init; }
    public required int Step { get; init; }
    public required string By { get; init; }
    public required string Reason { get; init; }
    public required DateTimeOffset At { get; init; }
    public required List<GuardEvidence> Evidence { get; init; }
    public string? IdempotencyKey { get; init; }

    public RolloutChange ToContract() => new(Action, Step, By, Reason, At, Evidence);
}
