using Microsoft.AspNetCore.Http.HttpResults;
using ModelOps.Audit;
using ModelOps.Contracts;
using ModelOps.Contracts.Privacy;
using ModelOps.EventLog;
using ModelOps.ServiceDefaults;
using ModelOps.ServiceDefaults.Access;

namespace ModelOps.DataPrep.Privacy;

/// <summary>What a person allows, and what is kept of them.</summary>
internal static class ConsentsApi
{
    private const int LongestId = 500;

    public static void MapConsents(this IEndpointRouteBuilder app)
    {
        var person = app.MapGroup("/v1/users/{id}").WithTags("Privacy").PersonalInAudit();
        person.MapGet("", ExportAsync).Needs(AccessNeed.Administer).WithSummary("All that is kept of a person, as one document");
        person.MapGet("/consent", ListAsync).WithSummary("What a person allows and refuses; a purpose that is not there was never asked about");
        person.MapPut("/consent", PutAsync).Needs(AccessNeed.Operate).WithSummary("Grants or refuses purposes: recommendations, campaigns, profiling; counts on every replica within a second");
    }

    private static async Task<Results<Ok<PersonDocument>, ProblemHttpResult>> ExportAsync(StoreId store, string id, PersonRecords records, CancellationToken cancellationToken) =>
        WrongId(id) ?? (Results<Ok<PersonDocument>, ProblemHttpResult>)TypedResults.Ok(await records.ReadAsync(store, id, cancellationToken));

    private static async Task<Results<Ok<IReadOnlyList<Consent>>, ProblemHttpResult>> ListAsync(StoreId store, string id, ConsentLog log, CancellationToken cancellationToken) =>
        WrongId(id) ?? (Results<Ok<IReadOnlyList<Consent>>, ProblemHttpResult>)TypedResults.Ok(await log.FindAsync(store, id, cancellationToken));

    private static async Task<Results<Ok<IReadOnlyList<Consent>>, ProblemHttpResult>> PutAsync(StoreId store, string id, ConsentChange change, HttpContext context, ConsentLog log, StoreKeys keys, CancellationToken cancellationToken)
    {
        if (WrongId(id) is { } wrong)
            return wrong;
        if (change.Purposes is not { Count: > 0 } purposes || purposes.Keys.Except(ConsentPurpose.All).Any())
            return Problems.Refuse("consent", $"'purposes' names one or more of {string.Join(", ", ConsentPurpose.All)}, each true or false, such as {{\"purposes\":{{\"profiling\":false}}}}.");
        // In lists of a package's shoppers the person may stand under the hidden id alone.
        foreach (var known in await keys.IdsOfAsync(store, id, cancellationToken))
            await log.PutAsync(store, known, purposes, context.User.Identity?.Name, cancellationToken);
        context.Audit(null, purposes);
        return TypedResults.Ok(await log.FindAsync(store, id, cancellationToken));
    }

    private static ProblemHttpResult? WrongId(string id) =>
        id.Length > LongestId || id.Contains('\0', StringComparison.Ordinal) ? Problems.Refuse("user", $"An id has at most {LongestId} characters, and U+0000 is none of them. Send the id as the shop has it.") : null;
}
