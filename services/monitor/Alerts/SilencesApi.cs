using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using ModelOps.Contracts;
using ModelOps.Contracts.Alerts;
using ModelOps.Monitor.Quality;
using ModelOps.ServiceDefaults;
using ModelOps.ServiceDefaults.Access;

namespace ModelOps.Monitor.Alerts;

/// <summary>Silences: made, listed, changed, ended.</summary>
internal static class SilencesApi
{
    private const int MostMatchers = 20;
    private const int LongestText = 500;
    private static readonly TimeSpan Longest = TimeSpan.FromDays(366);

    public static void MapSilences(this IEndpointRouteBuilder app)
    {
        var silences = app.MapGroup("/v1/silences").WithTags("Alerts");
        silences.MapGet("", async (StoreId store, MonitorDb database, TimeProvider time, CancellationToken cancellationToken) =>
            (await AlertsApi.InEffectAsync(database, store, time, cancellationToken)).Select(silence => silence.ToContract()).ToList()).WithSummary("Those in effect, the one that ends last first");
        silences.MapGet("/{id:guid}", FindAsync).WithSummary("One, in effect or ended");
        silences.MapPost("", MakeAsync).WithSummary("Keeps alerts whose labels match from being sent until a moment");
        silences.MapPut("/{id:guid}", ChangeAsync).WithSummary("Another end, matchers or reason: the old silence ends and a new one begins, so the history stays");
        silences.MapDelete("/{id:guid}", EndAsync).WithSummary("Ends it now; what still fires is sent");
    }

    private static async Task<Results<Ok<Silence>, ProblemHttpResult>> FindAsync(StoreId store, Guid id, MonitorDb database, CancellationToken cancellationToken) =>
        await RowAsync(database, store, id, cancellationToken) is { } row ? TypedResults.Ok(row.ToContract()) : NotThere(id);

    private static async Task<Results<Created<Silence>, ProblemHttpResult>> MakeAsync(
        StoreId store, SilenceRequest request, HttpContext context, MonitorDb database, TimeProvider time, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (Wrong(request, now) is { } wrong)
            return wrong;
        var row = Add(database, store, request, context, now);
        await database.SaveChangesAsync(cancellationToken);
        return TypedResults.Created($"/v1/silences/{row.Id}", row.ToContract());
    }

    private static async Task<Results<Ok<Silence>, ProblemHttpResult>> ChangeAsync(
        StoreId store, Guid id, SilenceRequest request, HttpContext context, MonitorDb database, TimeProvider time, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (Wrong(request, now) is { } wrong)
            return wrong;
        if (await RowAsync(database, store, id, cancellationToken) is not { } row)
            return NotThere(id);
        if (row.Until <= now)
            return Problems.Conflict("silence-ended", "The silence has ended. Make a new one.");
        row.Until = now;
        var changed = Add(database, store, request, context, now);
        await database.SaveChangesAsync(cancellationToken);
        return TypedResults.Ok(changed.ToContract());
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> EndAsync(StoreId store, Guid id, MonitorDb database, TimeProvider time, CancellationToken cancellationToken)
    {
        if (await RowAsync(database, store, id, cancellationToken) is not { } row)
            return NotThere(id);
        var now = time.GetUtcNow();
        row.Until = row.Until < now ? row.Until : now;
        await database.SaveChangesAsync(cancellationToken);
        return TypedResults.NoContent();
    }

    private static SilenceRow Add(MonitorDb database, StoreId store, SilenceRequest request, HttpContext context, DateTimeOffset now)
    {
        var row = new SilenceRow
        {
            Id = Guid.CreateVersion7(now),
            Store = store.Value,
            Matchers = request.Matchers!,
            From = now,
            Until = request.Until!.Value.ToUniversalTime(),
            By = context.User.Identity?.Name ?? StoreAccess.KeyHolder,
            Reason = request.Reason!,
        };
        database.AlertSilences.Add(row);
        return row;
    }

    private static Task<SilenceRow?> RowAsync(MonitorDb database, StoreId store, Guid id, CancellationToken cancellationToken) =>
        database.AlertSilences.SingleOrDefaultAsync(silence => silence.Store == store.Value && silence.Id == id, cancellationToken);

    private static ProblemHttpResult NotThere(Guid id) => Problems.NotFound($"There is no silence {id}.");

    private static ProblemHttpResult? Wrong(SilenceRequest request, DateTimeOffset now)
    {
        if (request.Matchers is not { Count: > 0 and <= MostMatchers } matchers)
            return Problems.Refuse("silence", $"'matchers' names what is silenced: 1 to {MostMatchers} of {{\"label\":\"rule\",\"value\":\"errors\"}}.");
        if (matchers.Select(Matching.Wrong).FirstOrDefault(reason => reason is not null) is { } wrong)
            return Problems.Refuse("silence", wrong);
        if (matchers.Any(matcher => matcher.Value.Length > LongestText || (matcher.Label + matcher.Value).Contains('\0', StringComparison.Ordinal)) || request.Reason?.Contains('\0', StringComparison.Ordinal) == true)
            return Problems.Refuse("silence", $"A text has at most {LongestText} characters, and not U+0000.");
        if (request.Until is not { } until || until <= now || until > now + Longest)
            return Problems.Refuse("silence", "'until' is a moment in the future, at most a year away.");
        return string.IsNullOrWhiteSpace(request.Reason) || request.Reason.Length > LongestText ? Problems.Refuse("silence", $"'reason' says why, in at most {LongestText} characters.") : null;
    }
}
