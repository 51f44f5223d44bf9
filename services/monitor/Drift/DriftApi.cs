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
    private const char Between = '-';

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
        drift.MapPost("", MakeAsync).WithSummary("Has the report on a day made now; on the last one that is over without `day`. A report that is there stays as it is");
        drift.MapGet("/{id:long}", FindAsync).WithSummary("A report with all that was compared, both histograms of each");
    }

    private static async Task<Results<Ok<Page<DriftReport>>, ProblemHttpResult>> ListAsync(
        StoreId store, string model, DriftReports reports, CancellationToken cancellationToken, string? after = null, int limit = Page<DriftReport>.DefaultLimit)
    {
        limit = Math.Clamp(limit, 1, MostReports);
        var all = reports.Of(store, model);
        if (after is not null)
        {
            if (after.Split(Between) is not [var ticks, var id] || !long.TryParse(ticks, NumberStyles.None, CultureInfo.InvariantCulture, out var time) || time > DateTime.MaxValue.Ticks || !long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var last))
                return Problems.Refuse("cursor", $"'after' is '{after}'; it takes the 'next' of the page before.");
            var to = new DateTimeOffset(time, TimeSpan.Zero);
            all = all.Where(row => row.To < to || (row.To == to && row.Id < last));
        }
        var rows = await all.OrderByDescending(row => row.To).ThenByDescending(row => row.Id).Take(limit + 1).Select(DriftReportRow.WithoutFindings).ToListAsync(cancellationToken);
        return TypedResults.Ok(Page<DriftReport>.Of([.. rows.Select(row => row.ToEvidence().Report)], limit, report => string.Create(CultureInfo.InvariantCulture, $"{report.To.UtcTicks}{Between}{report.Id}")));
    }

    private static async Task<Results<Ok<DriftReport>, ProblemHttpResult>> MakeAsync(StoreId store, string model, DriftReports reports, CancellationToken cancellationToken, DateOnly? day = null)
    {
        var last = reports.LastDay;
        if (day > last)
            return Problems.Refuse("drift", $"{day:yyyy-MM-dd} is not over, or has been for less than an hour; the last day that can be reported on is {last:yyyy-MM-dd} (UTC).");
        return await reports.MakeAsync(store, model, day ?? last, cancellationToken) is { } row
            ? TypedResults.Ok(row.ToEvidence().Report)
            : Problems.NotFound($"There is no model '{model}' with a champion; drift is that of what a champion has learned from.");
    }

    private static async Task<Results<Ok<DriftEvidence>, ProblemHttpResult>> FindAsync(StoreId store, string model, long id, DriftReports reports, CancellationToken cancellationToken) =>
        await reports.Of(store, model).FirstOrDefaultAsync(row => row.Id == id, cancellationToken) is { } row
            ? TypedResults.Ok(row.ToEvidence())
            : Problems.NotFound($"The model '{model}' has no drift report {id}; GET /v1/models/{model}/drift lists those that are kept.");
}
