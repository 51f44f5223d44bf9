using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using ModelOps.Contracts;
using ModelOps.Contracts.Drift;
using ModelOps.Monitor.Drift.Profiles;
using ModelOps.ServiceDefaults;

namespace ModelOps.Monitor.Drift;

/// <summary>Whether shoppers and products are still those that the champion learned from.</summary>
internal static class DriftApi
{
    private const int MostReports = 400;

    public static IServiceCollection AddDrift(this IServiceCollection services)
    {
        services.AddOptions<DriftOptions>().BindConfiguration("Drift").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<DriftGauges>();
        services.AddScoped<DayProfiler>().AddScoped<KeptDays>().AddScoped<WatchedVersions>().AddScoped<DriftReports>().AddScoped<DriftWatch>();
        return services.AddHourly("Drift", (provider, cancellationToken) => provider.GetRequiredService<DriftWatch>().RunAsync(cancellationToken));
    }

    public static void MapDrift(this IEndpointRouteBuilder app)
    {
        var drift = app.MapGroup("/v1/models/{model}/drift").WithTags("Drift");
        drift.MapGet("", ListAsync).WithSummary("A report for each day, newest first");
        drift.MapGet("/{id:long}", FindAsync).WithSummary("A report with all that was compared, both histograms of each");
    }

    private static async Task<Results<Ok<Page<DriftReport>>, ProblemHttpResult>> ListAsync(
        StoreId store, string model, DriftReports reports, CancellationToken cancellationToken, string? after = null, int limit = Page<DriftReport>.DefaultLimit)
    {
        limit = Math.Clamp(limit, 1, MostReports);
        var last = long.MaxValue;
        if (after is not null && !long.TryParse(after, NumberStyles.None, CultureInfo.InvariantCulture, out last))
            return Problems.Refuse("cursor", $"'after' is '{after}'; it takes the 'next' of the page before.");
        var rows = await reports.Of(store, model).Where(row => row.Id < last).OrderByDescending(row => row.Id).Take(limit + 1).Select(DriftReportRow.WithoutFindings).ToListAsync(cancellationToken);
        return TypedResults.Ok(Page<DriftReport>.Of([.. rows.Select(row => row.ToEvidence().Report)], limit, report => report.Id.ToString(CultureInfo.InvariantCulture)));
    }

    private static async Task<Results<Ok<DriftEvidence>, ProblemHttpResult>> FindAsync(StoreId store, string model, long id, DriftReports reports, CancellationToken cancellationToken) =>
        await reports.Of(store, model).FirstOrDefaultAsync(row => row.Id == id, cancellationToken) is { } row
            ? TypedResults.Ok(row.ToEvidence())
            : Problems.NotFound($"The model '{model}' has no drift report {id}; GET /v1/models/{model}/drift lists those that are kept.");
}
