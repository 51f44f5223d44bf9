using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using ModelOps.Contracts;
using ModelOps.Contracts.Quality;
using ModelOps.ServiceDefaults;

namespace ModelOps.Monitor.Quality;

/// <summary>What shoppers did with the answers, by minute, over a time range, and against what was promised.</summary>
internal static class QualityApi
{
    private const int MaxWindows = 10_000;
    private const int MaxReports = 500;
    private const string Version = "version", Arm = "arm", Placement = "placement";

    public static IServiceCollection AddQuality(this IServiceCollection services)
    {
        services.AddOptions<AttributionOptions>().BindConfiguration("Attribution").ValidateDataAnnotations().ValidateOnStart();
        return services.AddHostedService<QualityCounter>().AddScoped<QualityReports>().AddScoped<Promises>();
    }

    public static void MapQuality(this IEndpointRouteBuilder app)
    {
        app.MapGet("/v1/quality", ListAsync).WithTags("Quality").WithSummary("By minute, version, arm and placement; oldest first");
        app.MapGet("/v1/models/{model}/quality", ReportAsync).WithTags("Quality").WithSummary("A time range with intervals, told apart by version, arm and placement");
        app.MapGet("/v1/models/{model}/versions/{version:int}/promise", FindPromiseAsync).WithTags("Quality").WithSummary("Whether the gain that the training measured arrived with shoppers");
    }

    private static async Task<Results<Ok<Page<QualityWindow>>, ProblemHttpResult>> ListAsync(
        StoreId store, MonitorDb database, TimeProvider time, CancellationToken cancellationToken,
        string? model = null, DateTimeOffset? from = null, DateTimeOffset? to = null, int? version = null, string? arm = null, string? placement = null, string? after = null, int limit = 1000)
    {
        limit = Math.Clamp(limit, 1, MaxWindows);
        var start = (from ?? time.GetUtcNow().AddDays(-1)).ToUniversalTime();
        var end = (to ?? DateTimeOffset.MaxValue).ToUniversalTime();
        var rows = database.Windows.AsNoTracking().Where(row => row.Store == store.Value && row.Start >= start && row.Start < end
            && (model == null || row.Model == model) && (version == null || row.Version == version) && (arm == null || row.Arm == arm) && (placement == null || row.Placement == placement));
        if (after is not null)
        {
            if (Cursor.Parse(after) is not { } last)
                return Problems.Refuse("quality", $"'after' is '{after}'; it takes the 'next' of the page before.");
            rows = rows.Where(row => EF.Functions.GreaterThan(
                ValueTuple.Create(row.Start, row.Model, row.Version, row.Arm, row.Placement), ValueTuple.Create(last.Start, last.Model, last.Version, last.Arm, last.Placement)));
        }
        var page = await rows.OrderBy(row => row.Start).ThenBy(row => row.Model).ThenBy(row => row.Version).ThenBy(row => row.Arm).ThenBy(row => row.Placement).Take(limit + 1).ToListAsync(cancellationToken);
        return TypedResults.Ok(Page<QualityWindow>.Of([.. page.Select(row => row.ToContract())], limit, Cursor.Of));
    }

    private static async Task<Results<Ok<Page<QualityReport>>, ProblemHttpResult>> ReportAsync(
        StoreId store, string model, QualityReports reports, TimeProvider time, CancellationToken cancellationToken,
        DateTimeOffset? from = null, DateTimeOffset? to = null, string? by = null, int? version = null, string? arm = null, string? placement = null, int after = 0, int limit = Page<QualityReport>.DefaultLimit)
    {
        limit = Math.Clamp(limit, 1, MaxReports);
        var names = (by ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (names.FirstOrDefault(name => name is not (Version or Arm or Placement)) is { } unknown)
            return Problems.Refuse("quality", $"'by' names '{unknown}'; known, with commas between: {Version}, {Arm}, {Placement}.");
        var until = to ?? time.GetUtcNow();
        var since = from ?? until.AddDays(-1);
        if (since >= until)
            return Problems.Refuse("quality", $"'from' {since:O} is not before 'to' {until:O}.");
        var all = await reports.OfAsync(
            new AnswerFilter(store.Value, model, since, until, version, arm, placement), new Grouping(names.Contains(Version), names.Contains(Arm), names.Contains(Placement)), cancellationToken);
        var rows = all.Index().Skip(Math.Max(0, after)).Take(limit + 1).ToList();
        return TypedResults.Ok(new Page<QualityReport>([.. rows.Take(limit).Select(row => row.Item)], rows.Count > limit ? rows[limit].Index.ToString(CultureInfo.InvariantCulture) : null));
    }

    private static async Task<Results<Ok<Promise>, ProblemHttpResult>> FindPromiseAsync(
        StoreId store, string model, int version, Promises promises, CancellationToken cancellationToken, string metric = "ndcg@10", int days = 7)
    {
        if (days is < 1 or > 90)
            return Problems.Refuse("quality", $"'days' is {days}; it goes from 1 to 90.");
        return await promises.FindAsync(store, model, version, metric, TimeSpan.FromDays(days), cancellationToken) is { } promise
            ? TypedResults.Ok(promise)
            : Problems.NotFound($"Version {version} of '{model}' never replaced another champion, so nothing was promised of it.");
    }

    /// <summary>Where a page of windows ends.</summary>
    private sealed record Cursor(DateTimeOffset Start, string Model, int Version, string Arm, string Placement)
    {
        private const char Between = '\n'; // in no name

        public static string Of(QualityWindow window) => Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(string.Join(
            Between, window.Start.ToString("O"), window.Model, window.Version.ToString(CultureInfo.InvariantCulture), window.Arm, window.Placement)));

        public static Cursor? Parse(string text)
        {
            var bytes = new byte[text.Length];
            if (!Convert.TryFromBase64String(text, bytes, out var length) || System.Text.Encoding.UTF8.GetString(bytes.AsSpan(0, length)).Split(Between) is not { Length: 5 } parts)
                return null;
            return DateTimeOffset.TryParse(parts[0], CultureInfo.InvariantCulture, out var start) && int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var version)
                ? new Cursor(start, parts[1], version, parts[3], parts[4]) : null;
        }
    }
}
