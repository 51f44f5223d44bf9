using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using ModelOps.Audit;
using ModelOps.Contracts;
using ModelOps.Contracts.Privacy;
using ModelOps.Contracts.Runs;
using ModelOps.DataPrep.Datasets;
using ModelOps.EventLog;
using ModelOps.Jobs;
using ModelOps.ServiceDefaults;
using ModelOps.ServiceDefaults.Access;

namespace ModelOps.DataPrep.Privacy;

/// <summary>The right to be forgotten.</summary>
internal static class PrivacyApi
{
    public static IServiceCollection AddPrivacy(this IServiceCollection services) => services
        .AddScoped<StoreKeys>()
        .AddScoped<DatasetErasure>()
        .AddScoped<PersonRecords>()
        .AddJobHandler<EraseJob>(EraseJob.Kind);

    public static void MapPrivacy(this IEndpointRouteBuilder app)
    {
        app.MapDelete("/v1/users/{id}", EraseAsync).Needs(AccessNeed.Administer).PersonalInAudit().WithTags("Privacy").WithSummary("Remove a person from datasets, event log and profiles; answers with the erasure, whose record is the proof");
        app.MapConsents();
        app.MapGet("/v1/erasures/{id:guid}", FindAsync).WithTags("Privacy");
    }

    private static async Task<Accepted<Erasure>> EraseAsync(StoreId store, string id, DatasetsDb database, StoreKeys keys, JobQueue jobs, TimeProvider time, CancellationToken cancellationToken)
    {
        var personal = (await keys.OfAsync(store, cancellationToken)).Data;
        var pseudonym = personal.Pseudonym("user", personal.Protect(id));
        var erasure = await database.Erasures.FirstOrDefaultAsync(row => row.Store == store.Value && row.Pseudonym == pseudonym && (row.State == RunState.Queued || row.State == RunState.Running), cancellationToken);
        if (erasure is null)
        {
            erasure = new ErasureRow { Id = Guid.CreateVersion7(), Store = store.Value, User = id, Pseudonym = pseudonym, RequestedAt = time.GetUtcNow(), State = RunState.Queued };
            database.Erasures.Add(erasure);
            await database.SaveChangesAsync(cancellationToken);
        }
        await jobs.EnqueueAsync(erasure.Id, store, EraseJob.Kind, cancellationToken);
        return TypedResults.Accepted($"/v1/erasures/{erasure.Id}", erasure.ToContract());
    }

    private static async Task<Results<Ok<Erasure>, ProblemHttpResult>> FindAsync(StoreId store, Guid id, DatasetsDb database, CancellationToken cancellationToken) =>
        await database.Erasures.AsNoTracking().FirstOrDefaultAsync(row => row.Id == id && row.Store == store.Value, cancellationToken) is { } row
            ? TypedResults.Ok(row.ToContract())
            : Problems.NotFound($"There is no erasure {id}.");
}
