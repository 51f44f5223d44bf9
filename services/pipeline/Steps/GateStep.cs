using ModelOps.Contracts.Datasets;
using ModelOps.Contracts.Runs;
using ModelOps.Contracts.Versions;
using ModelOps.Pipeline.Gates;

namespace ModelOps.Pipeline.Steps;

/// <summary>Refuses a model that is not good enough to be shown, and waits for a person where a gate asks for one. Every gate is tried, not only the first that fails.</summary>
internal sealed class GateStep(TrainerClient trainer, DataPrepClient dataPrep, RegistryClient registry) : IStep
{
    public string Name => "gate";

    public async Task RunAsync(StepContext context, CancellationToken cancellationToken)
    {
        var evidence = await GatherAsync(context, cancellationToken);
        var measured = context.Definition.Gates.Where(gate => !gate.NeedsApproval).SelectMany(gate => GateJudge.Judge(gate, evidence)).ToList();
        Report(context, measured);
        var refused = measured.Where(verdict => !verdict.Holds).ToList();
        if (refused.Count > 0)
            throw new StepFailedException($"{string.Join(" ", refused.Select(verdict => $"Gate {verdict.Reason}"))} The version is not deployed.");
        if (!context.Definition.Gates.Any(gate => gate.NeedsApproval))
            return;
        // A refusal ends the run where it is given; who comes here has an approval, or waits for one.
        Report(context, [.. measured, ApprovalOf(context.Approval)]);
        if (context.Approval is null)
            throw new ApprovalAwaitedException();
    }

    private async Task<GateEvidence> GatherAsync(StepContext context, CancellationToken cancellationToken)
    {
        var run = await trainer.GetAsync(context.Store, Guid.Parse(context.Input(TrainStep.TrainingRun)), cancellationToken);
        var data = await dataPrep.GetVersionAsync(context.Store, context.Dataset, context.IntInput(PrepareStep.DatasetVersion), cancellationToken);
        var model = await registry.FindAsync(context.Store, context.Model, cancellationToken);
        var champion = model?.Aliases.TryGetValue(context.Definition.Rollout.Alias, out var number) == true ? model.Versions.FirstOrDefault(version => version.Version == number) : null;
        return new GateEvidence(run, data.Rows, champion);
    }

    private static void Report(StepContext context, IReadOnlyList<GateVerdict> verdicts)
    {
        context.Gates = verdicts;
        context.Metrics["passed"] = verdicts.Count(verdict => verdict.Holds);
        context.Metrics["failed"] = verdicts.Count(verdict => !verdict.Holds);
    }

    private static GateVerdict ApprovalOf(RunApproval? approval) => new("approval", approval is not null, null, null, null, null, null, approval is null
        ? "approval: somebody has to approve."
        : $"approval: by {approval.By}{(approval.Reason.Length > 0 ? $", {approval.Reason}" : "")}.");
}

/// <summary>The step goes on once a person has approved.</summary>
internal sealed class ApprovalAwaitedException() : Exception("The run waits for an approval.");
