using Microsoft.EntityFrameworkCore;
using ModelOps.Contracts;
using ModelOps.Contracts.Clients;
using ModelOps.Contracts.Runs;
using ModelOps.Jobs;
using ModelOps.Pipeline.Definitions;
using ModelOps.Pipeline.Steps;
using ModelOps.ServiceDefaults;

namespace ModelOps.Pipeline.Runs;

/// <summary>
/// Runs a pipeline's steps one after the other. Each step's outcome is committed before the next begins, so a run that
/// crashes goes on at the step it was in.
/// </summary>
internal sealed class RunJob(PipelineDb database, PipelineBook book, IEnumerable<IStep> steps, TimeProvider time, ILogger<RunJob> logger) : IJobHandler
{
    public const string Kind = "pipeline-run";

    private readonly Dictionary<string, IStep> steps = steps.ToDictionary(step => step.Name);

    public async Task RunAsync(Job job, CancellationToken cancellationToken)
    {
        var run = await database.Runs.Include(row => row.Steps).SingleAsync(row => row.Id == job.Id, cancellationToken);
        if (run.State.IsFinal())
            return;
        if (!(await book.OfAsync(new StoreId(run.Store), cancellationToken)).TryGetValue(run.Pipeline, out var definition))
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
        var patience = definition.Steps.GetValueOrDefault(step.Name) ?? new StepDefinition();
        await BeginAsync(step, patience, cancellationToken);
        using var timeOut = TimeOutOf(step);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeOut.Token);
        var context = ContextOf(run, step, definition, timeOut, cancellationToken);
        try
        {
            either.Token.ThrowIfCancellationRequested();
            await steps[step.Name].RunAsync(context, either.Token);
        }
        catch (ApprovalAwaitedException)
        {
            run.State = step.State = RunState.WaitingForApproval;
            await SaveAsync(step, context, cancellationToken);
            logger.LogInformation("Pipeline run {Run} of {Pipeline} waits for an approval", run.Id, run.Pipeline);
            return false;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            await FailAsync(step, patience, context, timeOut.IsCancellationRequested, exception, cancellationToken);
            throw;
        }
        step.State = RunState.Succeeded;
        step.EndedAt = time.GetUtcNow();
        await SaveAsync(step, context, cancellationToken);
        return true;
    }

    /// <summary>The patience with a step begins with it, not with each attempt, and ends while nobody is waited for.</summary>
    private async Task BeginAsync(StepRow step, StepDefinition patience, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (step.State != RunState.Running)
            (step.DueAt, step.Retries, step.EndedAt) = (now + patience.Timeout, 0, null);
        step.State = RunState.Running;
        step.StartedAt ??= now;
        step.Error = null;
        await database.SaveChangesAsync(cancellationToken);
    }

    private CancellationTokenSource TimeOutOf(StepRow step)
    {
        if (step.DueAt is not { } due)
            return new CancellationTokenSource();
        var left = due - time.GetUtcNow();
        return new CancellationTokenSource(left > TimeSpan.Zero ? left : TimeSpan.Zero, time);
    }

    private StepContext ContextOf(RunRow run, StepRow step, PipelineDefinition definition, CancellationTokenSource timeOut, CancellationToken cancellationToken)
    {
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
            Resumes = run.Resumes,
            IsAutomatic = run.Trigger != RunRow.Manual,
            IsTimedOut = () => timeOut.IsCancellationRequested,
            Inputs = run.Steps.Where(earlier => earlier.Ordinal < step.Ordinal).SelectMany(earlier => earlier.Outputs).ToDictionary(),
            ReportAsync = () => SaveAsync(step, context!, cancellationToken),
        };
        return context;
    }

    /// <summary>Returns for another attempt; otherwise throws what ends the run.</summary>
    private async Task FailAsync(StepRow step, StepDefinition patience, StepContext context, bool isTimedOut, Exception exception, CancellationToken cancellationToken)
    {
        var reason = isTimedOut ? $"The step '{step.Name}' took longer than its timeout of {LengthOfTime.Rounded(patience.Timeout ?? TimeSpan.Zero)} (steps.{step.Name}.timeout in the pipeline's YAML). Resume the run to try again."
            : IsFinal(exception) ? exception.Message
            : step.Retries >= patience.Retries ? $"{exception.Message} (tried {step.Retries + 1} times: steps.{step.Name}.retries in the pipeline's YAML is {patience.Retries}.)"
            : null;
        if (reason is null)
            step.Retries++;
        await SaveAsync(step, context, cancellationToken); // with what it found
        if (reason is not null)
            throw new FinalJobFailureException(reason, exception);
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
