using System.Text.Json;
using ModelOps.Contracts.Runs;
using ModelOps.Pipeline.Steps;

namespace ModelOps.Pipeline.Runs;

internal sealed class RunRow
{
    /// <summary>The trigger of a run that a person or a program has asked for.</summary>
    public const string Manual = "manual";

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

    /// <summary>What the trigger saw.</summary>
    public string TriggerReason { get; init; } = "";

    /// <summary>What asked for an automatic run, so that it is asked for once; null for a manual one.</summary>
    public string? TriggerKey { get; init; }

    /// <summary>What the trainer expected the training to take; null where it could not say.</summary>
    public double? ExpectedMinutes { get; init; }

    public string By { get; init; } = "";

    public int Resumes { get; set; }

    /// <summary>What a person has decided, where a gate asks for it.</summary>
    public RunApproval? Approval { get; set; }

    public PipelineRun ToContract() => new(
        Id, Pipeline, Dataset, Model, State, Trigger, Parameters, [.. Steps.OrderBy(step => step.Ordinal).Select(step => step.ToContract())], CreatedAt, StartedAt, EndedAt, Error, Approval,
        TriggerReason, By, Resumes);

    /// <summary>The steps of a run that is about to begin.</summary>
    public static List<StepRow> NewSteps(Guid run) => [.. StepList.Names.Select((name, ordinal) => new StepRow { RunId = run, Ordinal = ordinal, Name = name, State = RunState.Queued })];
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

    /// <summary>When its patience ends; counts from the beginning of the step, whatever crashes in between.</summary>
    public DateTimeOffset? DueAt { get; set; }

    public int Retries { get; set; }

    public PipelineStep ToContract() => new(Name, State, StartedAt, EndedAt, Metrics, Outputs, Error, Gates, Retries);
}
