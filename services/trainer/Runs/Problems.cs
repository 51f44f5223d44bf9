using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using ModelOps.Contracts.Clients;
using ModelOps.Contracts.Runs;
using ModelOps.Trainer.Imports;
using ModelOps.Trainer.Quotas;

namespace ModelOps.Trainer.Runs;

/// <summary>What the service refuses: cause, remedy and status of each in one place.</summary>
internal static class Problems
{
    public const string Invalid = "urn:modelops:invalid-request";

    public static ProblemHttpResult NoRun(Guid id) => Problem(
        StatusCodes.Status404NotFound, "not-found", "There is no such run", $"The store has no run {id}. GET /v1/runs lists the runs there are.");

    public static ProblemHttpResult NoDataset(TrainingRequest request) => Problem(
        StatusCodes.Status404NotFound, "not-found", "There is no such dataset version", $"The store has no version {request.DatasetVersion} of a dataset '{request.Dataset}'. Prepare it first, or name another.");

    /// <param name="response">Told when to ask again.</param>
    public static ProblemHttpResult QuotaUsedUp(UsedUp quota, HttpResponse response)
    {
        response.Headers.RetryAfter = Math.Ceiling(quota.After.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        return Problem(StatusCodes.Status429TooManyRequests, "quota-" + quota.Name, "The store's quota is used up", quota.Detail);
    }

    public static ProblemHttpResult NoVersion(ReproductionRequest request) => Problem(
        StatusCodes.Status404NotFound, "not-found", "There is no such version", $"The registry has no version {request.Version} of '{request.Model}' whose files are kept. GET /v1/models/{request.Model} at the registry lists its versions; READY ones can be trained again.");

    public static ProblemHttpResult NoReproduction(Guid id) => Problem(
        StatusCodes.Status404NotFound, "not-found", "There is no such reproduction", $"The store has no reproduction {id}. POST /v1/reproductions starts one.");

    public static ProblemHttpResult LineageUnreadable(ReproductionRequest request, Exception exception) => Problem(
        StatusCodes.Status409Conflict, "lineage", "The version's lineage cannot be read", $"Version {request.Version} of '{request.Model}' cannot be trained again from its model card: {exception.Message}");

    public static ProblemHttpResult NotReproducible(ReproductionRequest request, string application) => Problem(
        StatusCodes.Status409Conflict, "reproduction", "Only recommenders are reproduced", $"Version {request.Version} of '{request.Model}' is of the application '{application}'. Start a run with the parameters of its model card to train it again.");

    public static ProblemHttpResult IsReproduction(Guid id) => Problem(
        StatusCodes.Status409Conflict, "reproduction", "A reproduction is compared, not registered", $"Run {id} trained a version again to compare it, see GET /v1/reproductions/{id}. Start a run to make a new version.");

    public static ProblemHttpResult KeyReused(string key) => Problem(
        StatusCodes.Status409Conflict, "idempotency-key-reused", "The idempotency key belongs to another request", $"'{key}' already started a run with another dataset, model or parameters. Use a new key for a new training.");

    public static ProblemHttpResult NotSucceeded(Run run) => Problem(
        StatusCodes.Status409Conflict, "run-not-succeeded", "Only a finished training can be registered", $"Run {run.Id} is {run.State.ToString().ToLowerInvariant()}. {run.Error ?? "Wait for it to succeed."}");

    public static ProblemHttpResult PackageGone(Guid id) => Problem(
        StatusCodes.Status410Gone, "package-gone", "The package is no longer kept", $"The files of run {id} were removed because many runs came after it, or were lost before they were registered. Train again.");

    public static ProblemHttpResult RegistryRefused(ServiceException exception) => Problem(
        exception.IsTransient ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status502BadGateway, "registry", "The registry did not take the package", $"{exception.Message} Registering again is safe.");

    public static ProblemHttpResult NoImport(string id) => Problem(
        StatusCodes.Status404NotFound, "not-found", "There is no such import", $"The store has no import '{id}'. GET /v1/imports lists the imports there are.");

    public static ProblemHttpResult ImportRefused(ImportException exception) => Problem(
        StatusCodes.Status400BadRequest, "import", "The checkpoint cannot be imported", exception.Message);

    private static ProblemHttpResult Problem(int status, string type, string title, string detail) => ServiceDefaults.Problems.Of(status, type, title, detail);
}
