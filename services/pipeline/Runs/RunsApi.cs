using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using ModelOps.Contracts;
using ModelOps.Contracts.Clients;
using ModelOps.Contracts.Datasets;
using ModelOps.Contracts.Runs;
using ModelOps.Jobs;
using ModelOps.Pipeline.Definitions;
using ModelOps.Pipeline.Steps;
using ModelOps.ServiceDefaults;
using ModelOps.ServiceDefaults.Access;

namespace ModelOps.Pipeline.Runs;

/// <summary>The runs of pipelines.</summary>
internal static class RunsApi
{
    public static void MapRuns(this IEndpointRouteBuilder app)
    {
        var runs = app.MapGroup("/v1/runs").WithTags("Runs");
        runs.MapPost("", StartAsync);
        runs.MapGet("", ListAsync);
        runs.MapGet("/{id:guid}", FindAsync);
        runs.MapPost("/{id:guid}/cancel", CancelAsync);
        runs.MapPost("/{id:guid}/resume", ResumeAsync).WithSummary("Have a run that failed or was cancelled go on at the step that it ended in");
        runs.MapPost("/{id:guid}/approval", DecideAsync);
    }

    private static async Task<Results<Accepted<PipelineRun>, ProblemHttpResult>> StartAsync(
        StoreId store, PipelineRunRequest request, IdempotencyKey key, HttpContext context, PipelineBook book, DataPrepClient dataPrep, PipelineDb database, JobQueue jobs,
        TimeProvider time, CancellationToken cancellationToken)
    {
        var pipelines = await book.OfAsync(store, cancellationToken);
        if (request.Pipeline is null || !pipelines.TryGetValue(request.Pipeline, out var definition))
            return Refuse("pipeline", $"'pipeline' must name one of: {string.Join(", ", pipelines.Keys)}.");
        if (string.IsNullOrWhiteSpace(request.Dataset))
            return Refuse("dataset", "'dataset' is missing: the name of an uploaded dataset.");
        if (await dataPrep.FindAsync(store, request.Dataset, cancellationToken) is null)
            return Refuse("dataset", $"There is no dataset '{request.Dataset}'. Upload it first: POST /v1/datasets?name={request.Dataset} at data-prep.");

        var id = key.ToId(store, RunJob.Kind);
        var run = await database.Runs.Include(row => row.Steps).FirstOrDefaultAsync(row => row.Id == id, cancellationToken);
        if (run is null)
        {
            run = new RunRow
            {
                Id = id,
                Store = store.Value,
                Pipeline = definition.Name,
                Dataset = request.Dataset,
                Model = request.Model ?? definition.Model ?? definition.Name,
                Trigger = RunRow.Manual,
                By = context.User.Identity?.Name ?? StoreAccess.KeyHolder,
                Parameters = new(request.Parameters ?? new Dictionary<string, System.Text.Json.JsonElement>()),
                CreatedAt = time.GetUtcNow(),
                State = RunState.Queued,
                Steps = RunRow.NewSteps(id),
            };
            database.Runs.Add(run);
            await database.SaveChangesAsync(cancellationToken);
        }
        await jobs.EnqueueAsync(id, store, RunJob.Kind, cancellationToken);
        return TypedResults.Accepted($"/v1/runs/{id}", run.ToContract());
    }

    private static async Task<Results<Ok<Page<PipelineRun>>, ProblemHttpResult>> ListAsync(
        StoreId store, PipelineDb database, CancellationToken cancellationToken,
        string? after = null, RunState? state = null, string? pipeline = null, string? dataset = null, string? model = null, string? trigger = null, int limit = Page<PipelineRun>.DefaultLimit)
    {
        limit = Math.Clamp(limit, 1, 500);
        var rows = database.Runs.AsNoTracking().Where(row => row.Store == store.Value && (state == null || row.State == state) && (pipeline == null || row.Pipeline == pipeline)
            && (dataset == null || row.Dataset == dataset) && (model == null || row.Model == model) && (trigger == null || row.Trigger == trigger));
        if (!string.IsNullOrEmpty(after))
        {
            if (RunCursor.Parse(after) is not { } last)
                return Problems.Refuse("runs", $"'after' is '{after}'; it takes the 'next' of the page before.");
            rows = rows.Where(row => EF.Functions.LessThan(ValueTuple.Create(row.CreatedAt, row.Id), ValueTuple.Create(last.CreatedAt, last.Id)));
        }
        var found = await rows.OrderByDescending(row => row.CreatedAt).ThenByDescending(row => row.Id).Include(row => row.Steps).Take(limit + 1).ToListAsync(cancellationToken);
        return TypedResults.Ok(Page<PipelineRun>.Of([.. found.Select(row => row.ToContract())], limit, RunCursor.Of));
    }

    private static async Task<Results<Ok<PipelineRun>, ProblemHttpResult>> FindAsync(StoreId store, Guid id, PipelineDb database, CancellationToken cancellationToken) =>
        await database.Runs.AsNoTracking().Include(row => row.Steps).FirstOrDefaultAsync(row => row.Id == id && row.Store == store.Value, cancellationToken) is { } row
            ? TypedResults.Ok(row.ToContract())
            : NotFound(id);

    private static async Task<Results<Ok<PipelineRun>, ProblemHttpResult>> CancelAsync(
        StoreId store, Guid id, PipelineDb database, JobQueue jobs, TrainerClient trainer, TimeProvider time, CancellationToken cancellationToken)
    {
        var run = await database.Runs.Include(row => row.Steps).FirstOrDefaultAsync(row => row.Id == id && row.Store == store.Value, cancellationToken);
        if (run is null)
            return NotFound(id);
        if (run.State.IsFinal())
            return TypedResults.Ok(run.ToContract());
        await jobs.CancelAsync(id, cancellationToken);
        run.State = RunState.Cancelled;
        run.EndedAt = time.GetUtcNow();
        foreach (var step in run.Steps.Where(step => !step.State.IsFinal()))
            step.State = RunState.Cancelled;
        await database.SaveChangesAsync(cancellationToken);
        if (run.Steps.Select(step => step.Outputs.GetValueOrDefault(TrainStep.TrainingRun)).FirstOrDefault(output => output is not null) is { } training)
            await trainer.CancelAsync(store, Guid.Parse(training), cancellationToken);
        return TypedResults.Ok(run.ToContract());
    }

    private static async Task<Results<Ok<PipelineRun>, ProblemHttpResult>> ResumeAsync(
        StoreId store, Guid id, PipelineDb database, PipelineBook book, JobQueue jobs, CancellationToken cancellationToken)
    {
        var run = await database.Runs.AsNoTracking().Include(row => row.Steps).FirstOrDefaultAsync(row => row.Id == id && row.Store == store.Value, cancellationToken);
        if (run is null)
            return NotFound(id);
        if (!(await book.OfAsync(store, cancellationToken)).ContainsKey(run.Pipeline))
            return Problems.Conflict("pipeline", $"The pipeline '{run.Pipeline}' is no longer defined. Put its file back, or start a run of another one.");
        if (!await ReopenAsync(database, run, cancellationToken))
            return Problems.Conflict("run-not-ended", $"The run is {run.State}; only one that failed or was cancelled can be resumed.");
        await jobs.RequeueAsync(id, store, RunJob.Kind, cancellationToken);
        return TypedResults.Ok((await database.Runs.AsNoTracking().Include(row => row.Steps).SingleAsync(row => row.Id == id, cancellationToken)).ToContract());
    }

    /// <summary>Of two who resume at once, one does. What succeeded stays; a refusal is forgotten, so that somebody is asked again.</summary>
    private static Task<bool> ReopenAsync(PipelineDb database, RunRow run, CancellationToken cancellationToken) => database.InTransactionAsync(async token =>
    {
        var reopened = await database.Runs.Where(row => row.Id == run.Id && (row.State == RunState.Failed || row.State == RunState.Cancelled)).ExecuteUpdateAsync(row => row
            .SetProperty(found => found.State, RunState.Queued).SetProperty(found => found.Resumes, found => found.Resumes + 1)
            .SetProperty(found => found.EndedAt, (DateTimeOffset?)null).SetProperty(found => found.Error, (string?)null).SetProperty(found => found.Approval, (RunApproval?)null), token);
        if (reopened == 0)
            return false;
        await database.Set<StepRow>().Where(step => step.RunId == run.Id && step.State != RunState.Succeeded).ExecuteUpdateAsync(step => step
            .SetProperty(found => found.State, RunState.Queued).SetProperty(found => found.Error, (string?)null)
            .SetProperty(found => found.StartedAt, (DateTimeOffset?)null).SetProperty(found => found.EndedAt, (DateTimeOffset?)null), token);
        return true;
    }, cancellationToken);

    private static async Task<Results<Ok<PipelineRun>, ProblemHttpResult>> DecideAsync(
        StoreId store, Guid id, ApprovalRequest request, HttpContext context, PipelineDb database, JobQueue jobs, TimeProvider time, CancellationToken cancellationToken)
    {
        var decision = new RunApproval(request.Approve, request.By ?? context.User.Identity?.Name ?? StoreAccess.KeyHolder, request.Reason ?? "", time.GetUtcNow());
        // One statement: of two who decide at once, one does.
        var decided = await database.Runs.Where(row => row.Id == id && row.Store == store.Value && row.State == RunState.WaitingForApproval)
            .ExecuteUpdateAsync(row => row.SetProperty(run => run.Approval, decision).SetProperty(run => run.State, request.Approve ? RunState.Queued : RunState.Failed), cancellationToken);
        var run = await database.Runs.Include(row => row.Steps).FirstOrDefaultAsync(row => row.Id == id && row.Store == store.Value, cancellationToken);
        if (run is null)
            return NotFound(id);
        if (decided == 0 && run.Approval is null)
            return Problems.Conflict("run-not-waiting", $"The run waits for no approval: it is {run.State}. Its pipeline asks for one with a gate 'approval: required', once the other gates hold.");
        if (decided == 0 && run.Approval!.Approve != request.Approve)
            return Problems.Conflict("run-decided", $"{run.Approval.By} has {(run.Approval.Approve ? "approved" : "refused")} the run already.");
        if (!request.Approve)
            await EndRefusedAsync(run, database, cancellationToken);
        else if (decided == 1)
            await jobs.RequeueAsync(id, store, RunJob.Kind, cancellationToken);
        else if (run.State == RunState.Queued) // the call before this one was cut off; where it was not, a worker may hold the job already
            await jobs.RequeueEndedAsync(id, store, RunJob.Kind, cancellationToken);
        return TypedResults.Ok(run.ToContract());
    }

    private static Task EndRefusedAsync(RunRow run, PipelineDb database, CancellationToken cancellationToken)
    {
        var refusal = run.Approval!;
        run.EndedAt ??= refusal.At;
        run.Error ??= $"{refusal.By} has not approved the version{(refusal.Reason.Length > 0 ? $": {refusal.Reason}" : "")}. It is not deployed.";
        foreach (var step in run.Steps.Where(step => !step.State.IsFinal()))
            (step.State, step.EndedAt, step.Error) = step.State == RunState.WaitingForApproval ? (RunState.Failed, refusal.At, run.Error) : (RunState.Skipped, step.EndedAt, step.Error);
        return database.SaveChangesAsync(cancellationToken);
    }

    private static ProblemHttpResult Refuse(string type, string detail) => Problems.Refuse(type, detail, "The run cannot be started");

    private static ProblemHttpResult NotFound(Guid id) => Problems.NotFound($"There is no run {id}.");
}
