using Microsoft.AspNetCore.Http.HttpResults;
using ModelOps.Contracts;
using ModelOps.Contracts.Quality;
using ModelOps.Monitor.Quality;
using ModelOps.ServiceDefaults;

namespace ModelOps.Monitor.Outcomes;

/// <summary>What became of searches and of answers to customers, over a time range.</summary>
internal static class OutcomesApi
{
    private const string ByVersion = "version", ByArm = "arm";

    public static IServiceCollection AddOutcomes(this IServiceCollection services) => services.AddScoped<OutcomeReports>();

    public static void MapOutcomes(this IEndpointRouteBuilder app)
    {
        var models = app.MapGroup("/v1/models/{model}").WithTags("Quality");
        Map("/searches", OutcomeKind.Search).WithSummary("Searches: found nothing, clicked and where, asked again, abandoned; by version and arm");
        Map("/assistance", OutcomeKind.Assist).WithSummary("Answers to customers: from where, handed over, out of scope; by version and arm");

        RouteHandlerBuilder Map(string path, OutcomeKind kind) => models.MapGet(path, (
            StoreId store, string model, OutcomeReports outcomes, TimeProvider time, CancellationToken cancellationToken,
            DateTimeOffset? from = null, DateTimeOffset? to = null, string? by = null, int? version = null, string? arm = null) => ReportAsync(kind, store, model, outcomes, time, from, to, by, version, arm, cancellationToken));
    }

    private static async Task<Results<Ok<IReadOnlyList<OutcomeReport>>, ProblemHttpResult>> ReportAsync(
        OutcomeKind kind, StoreId store, string model, OutcomeReports outcomes, TimeProvider time, DateTimeOffset? from, DateTimeOffset? to, string? by, int? version, string? arm, CancellationToken cancellationToken)
    {
        var names = (by ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (names.FirstOrDefault(name => name is not (ByVersion or ByArm)) is { } unknown)
            return Problems.Refuse("quality", $"'by' names '{unknown}'; known, with a comma between: {ByVersion}, {ByArm}.");
        var until = to ?? time.GetUtcNow();
        var since = from ?? until.AddDays(-1);
        if (since >= until)
            return Problems.Refuse("quality", $"'from' {since:O} is not before 'to' {until:O}.");
        return TypedResults.Ok(await outcomes.ReportAsync(kind, new AnswerFilter(store.Value, model, since, until, version, arm), new Grouping(names.Contains(ByVersion), names.Contains(ByArm), false), cancellationToken));
    }
}
