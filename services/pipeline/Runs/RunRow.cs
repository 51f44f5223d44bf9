using System.Text.Json;
using ModelOps.Contracts.Runs;

namespace ModelOps.Pipeline.Runs;

internal sealed class RunRow
{
    public required Guid Id { get; init; }
    public required string Store { get; init; }
    public required string Pipeline { get; init; }
    public required string Dataset { get; init; }
    public required string Model { get; init; }
    public required string Trigger { get; init; }
    public required Dictionary<string, JsonElement> Parameters { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public List<StepRow> Steps { get; init; } = [];
    public RunState State { get; set; }
    public DateTimeOffset? StartedAt { get; set; }
    public DateTimeOffset? EndedAt { get; set; }
    public string? Error { get; set; }

    /// <summary>What a person has decided, where a gate asks for it.</summary>
    public RunApproval? Approval { get; set; }

    public PipelineRun ToContract() => new(
        Id, Pipeline, Dataset, Model, State, Trigger, Parameters, [.. Steps.OrderBy(step => step.Ordinal).Select(step => step.ToContract())], CreatedAt, StartedAt, EndedAt, Error, Approval);
}

internal sealed class StepRow
{
    public required Guid RunId { get; init; }
    public required int Ordinal { get; init; }
    public required string Name { get; init; }
    public RunState State { get; set; }
    public DateTimeOffset? StartedAt { get; set; }
    public DateTimeOffset? EndedAt { get; set; }
    public Dictionary<string, double> Metrics { get; set; } = [];
    public Dictionary<string, string> Outputs { get; set; } = [];
    public List<GateVerdict> Gates { get; set; } = [];
    public string? Error { get; set; }

    public PipelineStep ToContract() => new(Name, State, StartedAt, EndedAt, Metrics, Outputs, Error, Gates);
}
