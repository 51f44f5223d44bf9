using Microsoft.AspNetCore.Http.HttpResults;
using ModelOps.Contracts.Clients;
using ModelOps.Trainer.Imports;

namespace ModelOps.Trainer.Runs;

/// <summary>What the service refuses: cause, remedy and status of each in one place.</summary>
internal static class Problems
{
    public const string Invalid = "urn:modelops:invalid-request";

    public static ProblemHttpResult NoRun(Guid id) => Problem(
        StatusCodes.Status404NotFound, "not-found", "There is no such run", $"The store has no run {id}. GET /v1/runs lists the runs there are.");

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
