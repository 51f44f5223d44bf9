using ModelOps.Contracts.Versions;

namespace ModelOps.Registry.Deployments;

/// <summary>Which version an alias stands for. Of two writes at once, moves or the beginning of a rollout, one wins.</summary>
internal sealed class AliasRow
{
    public required string Store { get; init; }
    public required string Model { get; init; }
    public required string Alias { get; init; }
    public required int Version { get; set; }
}

/// <summary>Append-only: who moved which alias, when and why.</summary>
internal sealed class AliasChangeRow
{
    public long Id { get; init; }
    public required string Store { get; init; }
    public required string Model { get; init; }
    public required string Alias { get; init; }
    public required int? From { get; init; }
    public required int To { get; init; }
    public required string By { get; init; }
    public required string Reason { get; init; }
    public required DateTimeOffset At { get; init; }
    public string? IdempotencyKey { get; init; }

    public AliasChange ToContract() => new(Model, Alias, From, To, By, Reason, At);
}
