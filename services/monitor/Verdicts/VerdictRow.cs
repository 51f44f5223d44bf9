using System.Text.Json;
using ModelOps.Contracts.Deployments;

namespace ModelOps.Monitor.Verdicts;

/// <summary>A verdict that was kept. Append-only.</summary>
internal sealed class VerdictRow
{
    public long Id { get; init; }
    public required string Store { get; init; }
    public required string Model { get; init; }
    public required Guid Rollout { get; init; }
    public required int Step { get; init; }
    public required DateTimeOffset At { get; init; }
    public required VerdictKind Kind { get; init; }
    public required string Reason { get; init; }

    /// <summary>JSON, as the API gives it.</summary>
    public required string Evidence { get; init; }

    public KeptVerdict ToContract() => new(Id, At, Step, Kind, Reason, JsonSerializer.Deserialize<List<GuardEvidence>>(Evidence, JsonSerializerOptions.Web) ?? []);
}
