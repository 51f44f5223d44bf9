using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using ModelOps.Contracts;
using ModelOps.Contracts.Alerts;
using ModelOps.Monitor.Alerts.Delivery;
using ModelOps.Monitor.Alerts.Metrics;
using ModelOps.Monitor.Alerts.Notifiers;
using ModelOps.Monitor.Alerts.Rules;
using ModelOps.Monitor.Quality;
using ModelOps.ServiceDefaults;
using ModelOps.ServiceDefaults.Access;

namespace ModelOps.Monitor.Alerts;

/// <summary>What fires, who has taken it on, and what was sent about it.</summary>
internal static class AlertsApi
{
    private const int MostListed = 500;
    private const int LongestNote = 1000;

    public static IServiceCollection AddAlerts(this IServiceCollection services)
    {
        services.AddOptions<AlertOptions>().BindConfiguration("Alerts").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton(provider => new RuleBooks(AlertBookReader.Load(Path.Combine(AppContext.BaseDirectory, "alerts")), provider.GetRequiredService<ILogger<RuleBooks>>()));
        services.AddSingleton<AlertMetrics>();
        services.AddMetricSources().AddNotifiers();
        services.AddScoped<Evaluation>();
        services.AddSingleton<AlertWatch>().AddHostedService(provider => provider.GetRequiredService<AlertWatch>());
        services.AddSingleton<Outbox>().AddHostedService(provider => provider.GetRequiredService<Outbox>());
        return services.AddHourly("The alerts' retention", ForgetAsync);
    }

    public static void MapAlerts(this IEndpointRouteBuilder app)
    {
        var alerts = app.MapGroup("/v1/alerts").WithTags("Alerts");
        alerts.MapGet("", ListAsync).WithSummary("Alerts: firing, then pending, then resolved, each the newest first; or those of one state");
        alerts.MapGet("/count", CountAsync).WithSummary("How many fire");
        alerts.MapPost("/{id:guid}/ack", AcknowledgeAsync).WithSummary("Takes an alert on: it is not repeated any more");
        alerts.MapPost("/test", TestAsync).WithSummary("Sends a test message through every channel of a route");
        alerts.MapGet("/deliveries", ListDeliveriesAsync).WithSummary("Messages and their attempts, the newest first");
        app.MapSilences();
        app.MapAlertRules();
    }

    private static async Task<Results<Ok<Page<Alert>>, ProblemHttpResult>> ListAsync(
        StoreId store, MonitorDb database, TimeProvider time, CancellationToken cancellationToken, AlertState? state = null, string? after = null, int limit = Page<Alert>.DefaultLimit)
    {
        limit = Math.Clamp(limit, 1, MostListed);
        if (!TryCursor(after, out var cursor))
            return Problems.Refuse("cursor", "'after' is not a cursor that this list gave.");
        var ranked = database.Alerts.AsNoTracking().Where(alert => alert.Store == store.Value && (state == null || alert.State == state))
            .Select(alert => new { Alert = alert, Rank = alert.State == AlertState.Firing ? 0 : alert.State == AlertState.Pending ? 1 : 2 });
        if (cursor is { } at)
            ranked = ranked.Where(one => one.Rank > at.Rank || (one.Rank == at.Rank && (one.Alert.StartedAt < at.Time || (one.Alert.StartedAt == at.Time && one.Alert.Id.CompareTo(at.Id) > 0))));
        var rows = await ranked.OrderBy(one => one.Rank).ThenByDescending(one => one.Alert.StartedAt).ThenBy(one => one.Alert.Id).Take(limit + 1).Select(one => one.Alert).ToListAsync(cancellationToken);
        var silences = await InEffectAsync(database, store, time, cancellationToken);
        return TypedResults.Ok(Page<Alert>.Of([.. rows.Select(row => row.ToContract(silences))], limit, alert =>
            $"{(alert.State == AlertState.Firing ? 0 : alert.State == AlertState.Pending ? 1 : 2)}_{alert.StartedAt.UtcTicks}_{alert.Id:N}"));
    }

    /// <returns>False where the text is no cursor of <see cref="ListAsync"/>.</returns>
    private static bool TryCursor(string? after, out (int Rank, DateTimeOffset Time, Guid Id)? cursor)
    {
        cursor = null;
        if (string.IsNullOrEmpty(after))
            return true;
        if (after.Split('_') is not [var rank, var ticks, var id] || !int.TryParse(rank, CultureInfo.InvariantCulture, out var parsedRank) || !Guid.TryParse(id, out var parsedId)
            || !long.TryParse(ticks, CultureInfo.InvariantCulture, out var parsedTicks) || parsedTicks < 0 || parsedTicks > DateTime.MaxValue.Ticks)
            return false;
        cursor = (parsedRank, new DateTimeOffset(parsedTicks, TimeSpan.Zero), parsedId);
        return true;
    }

    private static async Task<Ok<AlertCount>> CountAsync(StoreId store, MonitorDb database, CancellationToken cancellationToken)
    {
        var counts = await database.Alerts.Where(alert => alert.Store == store.Value && alert.State == AlertState.Firing).GroupBy(alert => alert.Severity)
            .Select(group => new { Severity = group.Key, Count = group.Count() }).ToListAsync(cancellationToken);
        return TypedResults.Ok(new AlertCount(counts.Sum(count => count.Count), counts.Where(count => count.Severity == AlertRule.Critical).Sum(count => count.Count)));
    }

    private static async Task<Results<Ok<Alert>, ProblemHttpResult>> AcknowledgeAsync(
        StoreId store, Guid id, AcknowledgementRequest request, HttpContext context, MonitorDb database, TimeProvider time, CancellationToken cancellationToken)
    {
        if (request.Note?.Length > LongestNote || request.Note?.Contains('\0', StringComparison.Ordinal) == true)
            return Problems.Refuse("note", $"'note' has at most {LongestNote} characters, and not U+0000.");
        if (await database.Alerts.SingleOrDefaultAsync(alert => alert.Store == store.Value && alert.Id == id, cancellationToken) is not { } alert)
            return Problems.NotFound($"There is no alert {id}.");
        if (alert.State == AlertState.Resolved)
            return Problems.Conflict("resolved", "The alert is resolved; there is nothing left to take on.");
        (alert.AcknowledgedBy, alert.AcknowledgementNote, alert.AcknowledgedAt) = (context.User.Identity?.Name ?? StoreAccess.KeyHolder, request.Note, time.GetUtcNow());
        await database.SaveChangesAsync(cancellationToken);
        return TypedResults.Ok(alert.ToContract(await InEffectAsync(database, store, time, cancellationToken)));
    }

    private static async Task<Results<Accepted<IReadOnlyList<AlertDelivery>>, ProblemHttpResult>> TestAsync(
        StoreId store, AlertTestRequest request, MonitorDb database, RuleBooks books, TimeProvider time, CancellationToken cancellationToken)
    {
        var book = await books.OfAsync(database, store.Value, cancellationToken);
        if (!book.Routes.TryGetValue(request.Route ?? AlertBookReader.DefaultRoute, out var route))
            return Problems.NotFound($"There is no route '{request.Route}'; there are {string.Join(", ", book.Routes.Keys)}.");
        if (route.Channels.Count == 0)
            return Problems.Refuse("no-channels", $"The route '{route.Name}' has no channels: its alerts are on the dashboard only. docs/alerts.md says how to add one.");
        var now = time.GetUtcNow();
        var deliveries = route.Channels.Select(channel => Grouping.NewDelivery(channel, AlertMessage.OfTest(store.Value, route.Name, now), now)).ToList();
        database.AlertDeliveries.AddRange(deliveries);
        await database.SaveChangesAsync(cancellationToken);
        return TypedResults.Accepted<IReadOnlyList<AlertDelivery>>("/v1/alerts/deliveries", [.. deliveries.Select(delivery => delivery.ToContract())]);
    }

    private static async Task<Results<Ok<Page<AlertDelivery>>, ProblemHttpResult>> ListDeliveriesAsync(
        StoreId store, MonitorDb database, CancellationToken cancellationToken, string? after = null, int limit = Page<AlertDelivery>.DefaultLimit)
    {
        limit = Math.Clamp(limit, 1, MostListed);
        var before = long.MaxValue;
        if (!string.IsNullOrEmpty(after) && !long.TryParse(after, CultureInfo.InvariantCulture, out before))
            return Problems.Refuse("cursor", "'after' is not a cursor that this list gave.");
        var rows = await database.AlertDeliveries.AsNoTracking().Where(delivery => delivery.Store == store.Value && delivery.Number < before).OrderByDescending(delivery => delivery.Number).Take(limit + 1).ToListAsync(cancellationToken);
        return TypedResults.Ok(new Page<AlertDelivery>([.. rows.Take(limit).Select(row => row.ToContract())], rows.Count > limit ? rows[limit - 1].Number.ToString(CultureInfo.InvariantCulture) : null));
    }

    public static Task<List<SilenceRow>> InEffectAsync(MonitorDb database, StoreId store, TimeProvider time, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        return database.AlertSilences.AsNoTracking().Where(silence => silence.Store == store.Value && silence.From <= now && silence.Until > now).OrderByDescending(silence => silence.Until).ToListAsync(cancellationToken);
    }

    private static async Task ForgetAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        var database = services.GetRequiredService<MonitorDb>();
        var oldest = services.GetRequiredService<TimeProvider>().GetUtcNow().AddDays(-services.GetRequiredService<IOptions<AlertOptions>>().Value.KeepDays);
        await database.Alerts.Where(alert => alert.State == AlertState.Resolved && alert.Told != AlertState.Firing && alert.ResolvedAt < oldest).ExecuteDeleteAsync(cancellationToken);
        await database.AlertDeliveries.Where(delivery => delivery.State != DeliveryState.Pending && delivery.CreatedAt < oldest).ExecuteDeleteAsync(cancellationToken);
        await database.AlertSilences.Where(silence => silence.Until < oldest).ExecuteDeleteAsync(cancellationToken);
    }
}
