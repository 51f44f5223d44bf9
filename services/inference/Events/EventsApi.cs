using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using ModelOps.Contracts;
using ModelOps.Contracts.Events;
using ModelOps.EventLog;
using ModelOps.Inference.Intake;
using ModelOps.Inference.Recommendations;
using ModelOps.ServiceDefaults.Access;

namespace ModelOps.Inference.Events;

/// <summary>Takes in what shoppers do. An accepted event is durable before the answer.</summary>
internal static class EventsApi
{
    private static readonly BatchBody Body = new(
        "events", 1000, """{"events":[{"name":"view_item","user":"…","items":[{"item_id":"…"}]}]}""", "event-batch", "The events cannot be read");
    private const int MaxBytes = 2 * 1024 * 1024;

    public static IServiceCollection AddEvents(this IServiceCollection services) => services
        .AddSingleton<ImpressionLog>()
        .AddHostedService(provider => provider.GetRequiredService<ImpressionLog>());

    public static void MapEvents(this IEndpointRouteBuilder app) => app.MapPost("/v1/events", ReceiveAsync)
        .Needs(AccessNeed.Report).AllowShopPages()
        .Accepts<EventBatch>("application/json", "text/plain") // plain text is what a page sends without a preflight
        .WithMetadata(new RequestSizeLimitAttribute(MaxBytes)).WithTags("Events").WithSummary("Up to 1,000 events; bad ones are refused by index, the others kept");

    private static async Task<Results<Accepted<EventReceipt>, ProblemHttpResult>> ReceiveAsync(
        StoreId store, HttpRequest request, ShopEvents events, AnswerCache cache, NearAnswers near, IOptions<EventLogOptions> options, TimeProvider time, CancellationToken cancellationToken)
    {
        var (accepted, rejected, refusal) = await Body.ReadAsync(request, element => EventReader.Read(element, store, time.GetUtcNow(), options.Value.OldestIntake), cancellationToken);
        if (refusal is not null)
            return refusal;
        await events.AppendAsync(accepted, cancellationToken);
        List<string> acted = [.. accepted.Where(one => one.Name != EventNames.Impression).SelectMany(Subjects).Distinct()];
        near.Forget(store, acted);
        await cache.ForgetAsync(store, acted);
        return TypedResults.Accepted((string?)null, new EventReceipt(accepted.Count, [.. rejected.Select(one => new RejectedEvent(one.Index, one.Reason))]));
    }

    private static IEnumerable<string> Subjects(LoggedEvent shopEvent)
    {
        if (shopEvent.User is { } user)
            yield return AnswerCache.SubjectOf(user);
        if (shopEvent.Session is { } session)
            yield return AnswerCache.SubjectOfVisit(session);
    }
}
