using System.Net;
using Microsoft.AspNetCore.Http.HttpResults;
using ModelOps.Contracts;
using ModelOps.Contracts.Clients;
using ModelOps.Contracts.Datasets;
using ModelOps.Contracts.Runs;
using ModelOps.ServiceDefaults.Access;
using ModelOps.Trainer.Applications;
using ModelOps.Trainer.Runs;

namespace ModelOps.Trainer.Estimates;

/// <summary><c>/v1/runs/estimate</c>.</summary>
public static class EstimatesApi
{
    public static void MapEstimates(this IEndpointRouteBuilder app) =>
        app.MapPost("/v1/runs/estimate", EstimateAsync).Needs(AccessNeed.Look).WithTags("Runs").WithSummary("Say what a training would take, without starting it");

    private static async Task<Results<Ok<RunEstimate>, ValidationProblem, ProblemHttpResult>> EstimateAsync(
        StoreId store, TrainingRequest request, Estimator estimator, DataPrepClient datasets, CancellationToken cancellationToken)
    {
        var parameters = RunsApi.Check(request, out var errors);
        if (parameters is null || errors.Count > 0)
            return TypedResults.ValidationProblem(errors, type: Problems.Invalid);
        try
        {
            var version = await datasets.GetVersionAsync(store, request.Dataset, request.DatasetVersion, cancellationToken);
            return TypedResults.Ok(await estimator.EstimateAsync(ApplicationList.Find(request.Application)!.SizeOf(parameters, version.Profile), cancellationToken));
        }
        catch (ServiceException exception) when (exception.Status == HttpStatusCode.NotFound)
        {
            return Problems.NoDataset(request);
        }
    }
}
