using System.Text.Json;
using ModelOps.Contracts.Runs;

namespace ModelOps.Dashboard.Pages.Runs;

/// <summary>What a run's steps say of it.</summary>
internal static class RunSteps
{
    /// <summary>Those of every pipeline, in their order.</summary>
    public static readonly string[] Names = ["prepare", "train", "gate", "register", "rollout"];

    /// <summary>The step at work, else the one that ended the run.</summary>
    public static PipelineStep? CurrentStep(this PipelineRun run) =>
        run.Steps.FirstOrDefault(step => step.State is RunState.Running or RunState.WaitingForApproval)
        ?? run.Steps.FirstOrDefault(step => step.State == RunState.Failed)
        ?? run.Steps.LastOrDefault(step => step.State.IsFinal() && step.StartedAt is not null);

    public static Guid? TrainingRun(this PipelineRun run) => Guid.TryParse(run.Output("trainingRun"), out var id) ? id : null;

    public static string? Output(this PipelineRun run, string name) =>
        run.Steps.Select(step => step.Outputs.GetValueOrDefault(name)).FirstOrDefault(value => value is not null);

    public static string? Profile(this PipelineRun run) =>
        run.Parameters.TryGetValue("profile", out var profile) && profile.ValueKind == JsonValueKind.String ? profile.GetString() : null;

    /// <summary>The same pipeline on the same dataset with the same parameters.</summary>
    public static PipelineRunRequest Again(this PipelineRun run) => new(run.Pipeline, run.Dataset, run.Model, run.Parameters);
}
