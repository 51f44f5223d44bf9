using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using ModelOps.Contracts;
using ModelOps.Contracts.Reviews;
using ModelOps.DataPrep.Datasets;
using ModelOps.DataPrep.SearchLog;
using ModelOps.ServiceDefaults;
using ModelOps.ServiceDefaults.Access;

namespace ModelOps.DataPrep.Reviews;

/// <summary>
/// Questions about labels, and people's answers. Every change names the revision that the reviewer saw: of two at once one wins and
/// the other is told. The same change again by the same person changes nothing.
/// </summary>
internal static class ReviewsApi
{
    private const int LongestLabel = 200;

    public static IServiceCollection AddReviews(this IServiceCollection services) => services.AddScoped<ReviewQueue>();

    public static void MapReviews(this IEndpointRouteBuilder app)
    {
        var reviews = app.MapGroup("/v1/datasets/{name}/reviews").WithTags("Reviews");
        reviews.MapGet("", ListAsync).WithSummary("Rows whose label a person should decide, the closest calls first");
        reviews.MapGet("/summary", SummaryAsync).WithSummary("How many wait, by column");
        reviews.MapGet("/{id:long}", FindAsync);
        reviews.MapPut("/{id:long}/answer", AnswerAsync).WithSummary("Decide; the next version takes the answer");
        reviews.MapDelete("/{id:long}/answer", UndoAsync).WithSummary("Take an answer or a skip back");
        reviews.MapPut("/{id:long}/skip", SkipAsync).WithSummary("Leave it to somebody else");
    }

    private static async Task<Results<Ok<Page<Review>>, ProblemHttpResult>> ListAsync(StoreId store, string name, DatasetsDb database, CancellationToken cancellationToken,
        string state = "open", string? table = null, string? column = null, string? after = null, int limit = Page<Review>.DefaultLimit)
    {
        limit = Math.Clamp(limit, 1, 500);
        if (!Enum.TryParse<ReviewState>(state, ignoreCase: true, out var wanted) || !Enum.IsDefined(wanted))
            return Problems.Refuse("review-state", $"There is no state '{state}'. The states are: open, answered, skipped.");
        var rows = database.Reviews.AsNoTracking().Where(row => row.Store == store.Value && row.Dataset == name && row.State == wanted
            && (table == null || row.InTable == table) && (column == null || row.InColumn == column));
        if (after is not null)
        {
            if (after.Split('_') is not [var first, var second] || !double.TryParse(first, CultureInfo.InvariantCulture, out var margin) || !long.TryParse(second, CultureInfo.InvariantCulture, out var id))
                return Problems.Refuse("cursor", $"'{after}' is no cursor. Give the 'next' of the page before, or none.");
            rows = rows.Where(row => row.Margin > margin || (row.Margin == margin && row.Id > id));
        }
        var found = await rows.OrderBy(row => row.Margin).ThenBy(row => row.Id).Take(limit + 1).ToListAsync(cancellationToken);
        var page = Page<ReviewRow>.Of(found, limit, row => string.Create(CultureInfo.InvariantCulture, $"{row.Margin:R}_{row.Id}"));
        return TypedResults.Ok(new Page<Review>([.. page.Items.Select(row => row.ToContract())], page.Next));
    }

    private static async Task<Ok<IReadOnlyList<ReviewSummary>>> SummaryAsync(StoreId store, string name, DatasetsDb database, CancellationToken cancellationToken)
    {
        var latest = await database.Versions.AsNoTracking().Where(row => row.Store == store.Value && row.Dataset == name).OrderByDescending(row => row.Version).FirstOrDefaultAsync(cancellationToken);
        var counts = await database.Reviews.Where(row => row.Store == store.Value && row.Dataset == name)
            .GroupBy(row => new { row.InTable, row.InColumn, row.State, IsTaken = latest != null && row.TakenVersion == latest.Version })
            .Select(group => new { group.Key, Rows = group.Count() }).ToListAsync(cancellationToken);
        return TypedResults.Ok<IReadOnlyList<ReviewSummary>>([.. counts.GroupBy(count => (count.Key.InTable, count.Key.InColumn)).OrderBy(group => group.Key).Select(group =>
        {
            int Of(ReviewState state) => group.Where(count => count.Key.State == state).Sum(count => count.Rows);
            return new ReviewSummary(group.Key.InTable, group.Key.InColumn, Of(ReviewState.Open), Of(ReviewState.Skipped), Of(ReviewState.Answered),
                group.Where(count => count.Key.State == ReviewState.Answered && count.Key.IsTaken).Sum(count => count.Rows),
                latest?.Report.Labels?.FirstOrDefault(report => (report.Table, report.Column) == group.Key)?.Labels ?? []);
        })]);
    }

    private static async Task<Results<Ok<Review>, ProblemHttpResult>> FindAsync(StoreId store, string name, long id, DatasetsDb database, CancellationToken cancellationToken) =>
        await RowAsync(database, store, name, id, cancellationToken) is { } row ? TypedResults.Ok(row.ToContract()) : NoReview(name, id);

    private static async Task<Results<Ok<Review>, ProblemHttpResult>> AnswerAsync(
        StoreId store, string name, long id, ReviewAnswer answer, DatasetsDb database, HttpContext context, TimeProvider time, CancellationToken cancellationToken)
    {
        var label = answer.Label?.Trim();
        if (string.IsNullOrEmpty(label) || label.Length > LongestLabel || label.Any(char.IsControl))
            return Problems.Refuse("review-answer", $"'label' has to be a text of 1 to {LongestLabel} characters: one of the candidates, or another.");
        if (!PairsToJudge.Grades.Contains(label) && await RowAsync(database, store, name, id, cancellationToken) is { InTable: PairsToJudge.Table, InColumn: PairsToJudge.Column })
            return Problems.Refuse("review-answer", $"'label' is '{label}'; a product's grade for a query is one of {string.Join(", ", PairsToJudge.Grades)}.");
        return await ChangeAsync(store, name, id, answer.Revision, ReviewState.Answered, label, database, context, time, cancellationToken);
    }

    private static Task<Results<Ok<Review>, ProblemHttpResult>> SkipAsync(
        StoreId store, string name, long id, ReviewRevision seen, DatasetsDb database, HttpContext context, TimeProvider time, CancellationToken cancellationToken) =>
        ChangeAsync(store, name, id, seen.Revision, ReviewState.Skipped, null, database, context, time, cancellationToken);

    private static Task<Results<Ok<Review>, ProblemHttpResult>> UndoAsync(
        StoreId store, string name, long id, int revision, DatasetsDb database, HttpContext context, TimeProvider time, CancellationToken cancellationToken) =>
        ChangeAsync(store, name, id, revision, ReviewState.Open, null, database, context, time, cancellationToken);

    private static async Task<Results<Ok<Review>, ProblemHttpResult>> ChangeAsync(
        StoreId store, string name, long id, int revision, ReviewState state, string? label, DatasetsDb database, HttpContext context, TimeProvider time, CancellationToken cancellationToken)
    {
        var (person, now) = (context.User.Identity?.Name ?? StoreAccess.KeyHolder, time.GetUtcNow());
        var changed = await database.Reviews.Where(row => row.Id == id && row.Store == store.Value && row.Dataset == name && row.Revision == revision && row.State != state
                && (row.State == ReviewState.Open || state == ReviewState.Open || row.State == ReviewState.Skipped))
            .ExecuteUpdateAsync(row => row.SetProperty(r => r.State, state).SetProperty(r => r.Answer, label).SetProperty(r => r.Revision, r => r.Revision + 1)
                .SetProperty(r => r.ReviewedBy, state == ReviewState.Open ? null : person).SetProperty(r => r.ReviewedAt, state == ReviewState.Open ? null : now), cancellationToken);
        if (await RowAsync(database, store, name, id, cancellationToken) is not { } row)
            return NoReview(name, id);
        if (changed == 1 || (row.State == state && row.Answer == label && (state == ReviewState.Open || row.ReviewedBy == person)))
            return TypedResults.Ok(row.ToContract());
        return Problems.Conflict("review-decided", row.State switch
        {
            ReviewState.Answered => $"{row.ReviewedBy} has answered '{row.Answer}' already. To change that, take it back first: DELETE /v1/datasets/{name}/reviews/{id}/answer?revision={row.Revision}.",
            ReviewState.Skipped => $"{row.ReviewedBy} has skipped it meanwhile. Read it again; its revision is {row.Revision}.",
            _ => $"It was changed meanwhile. Read it again; its revision is {row.Revision}.",
        });
    }

    private static Task<ReviewRow?> RowAsync(DatasetsDb database, StoreId store, string name, long id, CancellationToken cancellationToken) =>
        database.Reviews.AsNoTracking().FirstOrDefaultAsync(row => row.Id == id && row.Store == store.Value && row.Dataset == name, cancellationToken);

    private static ProblemHttpResult NoReview(string name, long id) => Problems.NotFound($"There is no question {id} about '{name}'; a newer version may no longer ask it.");
}
