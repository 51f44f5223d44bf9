using Microsoft.EntityFrameworkCore;
using ModelOps.Contracts;
using ModelOps.Contracts.Clients;
using ModelOps.Contracts.Runs;
using ModelOps.Jobs;
using ModelOps.Pipeline.Definitions;
using ModelOps.Pipeline.Steps;

namespace ModelOps.Pipeline.Runs;

/// <summary>
/// Runs a pipeline's steps one after the other. Each step's outcome is committed before the next begins, so a run that
/// crashes goes on at the step it was in.
/// </summary>
internal sealed class RunJob(PipelineDb database, PipelineCatalogue catalogue, IEnumerable<IStep> steps, TimeProvider time, ILogger<RunJob> logger) : IJobHandler
{
    public const string Kind = "pipeline-run";

    private readonly Dictionary<string, IStep> steps = steps.ToDictionary(step => step.Name);

    public async Task RunAsync(Job job, CancellationToken cancellationToken)
    {
        var run = await database.Runs.Include(row => row.Steps).SingleAsync(row => row.Id == job.Id, cancellationToken);
        if (run.State.IsFinal())
            return;
        if (!catalogue.Pipelines.TryGetValue(run.Pipeline, out var definition))
            throw new FinalJobFailureException($"The pipeline '{run.Pipeline}' is no longer defined.");
        run.State = RunState.Running;
        run.StartedAt ??= time.GetUtcNow();

        foreach (var step in run.Steps.OrderBy(step => step.Ordinal).Where(step => step.State != RunState.Succeeded))
        {
            if (!await RunStepAsync(run, step, definition, cancellationToken))
                return;
        }

        run.State = RunState.Succeeded;
        run.EndedAt = time.GetUtcNow();
        await database.SaveChangesAsync(cancellationToken);
        logger.LogInformation("Pipeline run {Run} of {Pipeline} on {Dataset} succeeded in {Duration}", run.Id, run.Pipeline, run.Dataset, run.EndedAt - run.StartedAt);
    }

    /// <returns>False when the run waits for a person; whoever decides queues it again.</returns>
    private async Task<bool> RunStepAsync(RunRow run, StepRow step, PipelineDefinition definition, CancellationToken cancellationToken)
    {
        step.State = RunState.Running;
        step.StartedAt ??= time.GetUtcNow();
        step.Error = null;
        await database.SaveChangesAsync(cancellationToken);

        StepContext? context = null;
        context = new StepContext
        {
            RunId = run.Id,
            Store = new StoreId(run.Store),
            Step = step.Name,
            Dataset = run.Dataset,
            Model = run.Model,
            Definition = definition,
            Parameters = run.Parameters,
            Approval = run.Approval,
            Inputs = run.Steps.Where(earlier => earlier.Ordinal < step.Ordinal).SelectMany(earlier => earlier.Outputs).ToDictionary(),
            ReportAsync = () => SaveAsync(step, context!, cancellationToken),
        };
        try
        {
            await steps[step.Name].RunAsync(context, cancellationToken);
        }
        catch (ApprovalAwaitedException)
        {
            run.State = step.State = RunState.WaitingForApproval;
            await SaveAsync(step, context, cancellationToken);
            logger.LogInformation("Pipeline run {Run} of {Pipeline} waits for an approval", run.Id, run.Pipeline);
            return false;
        }
        catch (Exception exception) when (IsFinal(exception))
        {
            await SaveAsync(step, context, cancellationToken); // with what it found
            throw new FinalJobFailureException(exception.Message, exception);
        }
        step.State = RunState.Succeeded;
        step.EndedAt = time.GetUtcNow();
        await SaveAsync(step, context, cancellationToken);
        return true;
    }

    /// <summary>A service that is away comes back; one that says no means it.</summary>
    private static bool IsFinal(Exception exception) => exception is StepFailedException or ServiceException { IsTransient: false };

    private Task SaveAsync(StepRow step, StepContext context, CancellationToken cancellationToken)
    {
        step.Metrics = new(context.Metrics);
        step.Outputs = new(context.Outputs);
        step.Gates = [.. context.Gates];
        return database.SaveChangesAsync(cancellationToken);
    }

    public async Task OnFailedAsync(Job job, string error, CancellationToken cancellationToken)
    {
        var run = await database.Runs.Include(row => row.Steps).SingleAsync(row => row.Id == job.Id, cancellationToken);
        var now = time.GetUtcNow();
        run.State = RunState.Failed;
        run.EndedAt = now;
        run.Error = error;
        foreach (var step in run.Steps.Where(step => !step.State.IsFinal()))
        {
            (step.State, step.EndedAt, step.Error) = step.State == RunState.Running ? (RunState.Failed, now, error) : (RunState.Skipped, step.EndedAt, step.Error);
        }
        await database.SaveChangesAsync(cancellationToken);
    }
}
