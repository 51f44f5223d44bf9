using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using ModelOps.Contracts;
using ModelOps.Contracts.Events;
using ModelOps.EventLog;
using ModelOps.Inference.Recommendations;
using ModelOps.ServiceDefaults;

namespace ModelOps.Inference.Events;

/// <summary>Takes in what shoppers do. An accepted event is durable before the answer.</summary>
internal static class EventsApi
{
    private const int MaxEvents = 1000;
    private const int MaxBytes = 2 * 1024 * 1024;

    public static IServiceCollection AddEvents(this IServiceCollection services) => services
        .AddSingleton<ImpressionLog>()
        .AddHostedService(provider => provider.GetRequiredService<ImpressionLog>());

    public static void MapEvents(this IEndpointRouteBuilder app) => app.MapPost("/v1/events", ReceiveAsync)
        .Accepts<EventBatch>("application/json").WithMetadata(new RequestSizeLimitAttribute(MaxBytes)).WithTags("Events").WithSummary("Up to 1,000 events; bad ones are refused by index, the others kept");

    private static async Task<Results<Accepted<EventReceipt>, ProblemHttpResult>> ReceiveAsync(
        StoreId store, HttpRequest request, ShopEvents events, AnswerCache cache, IOptions<EventLogOptions> options, TimeProvider time, CancellationToken cancellationToken)
    {
        JsonDocument body;
        try
        {
            body = await JsonDocument.ParseAsync(request.Body, cancellationToken: cancellationToken);
        }
        catch (JsonException exception)
        {
            return Refuse(StatusCodes.Status400BadRequest, $"The body is not valid JSON: line {exception.LineNumber + 1}, byte {exception.BytePositionInLine}.");
        }
        using (body)
        {
            if (body.RootElement.ValueKind != JsonValueKind.Object || !body.RootElement.TryGetProperty("events", out var list) || list.ValueKind != JsonValueKind.Array)
                return Refuse(StatusCodes.Status400BadRequest, """The body has no list "events". Send {"events":[{"name":"view_item","user":"…","items":[{"item_id":"…"}]}]}.""");
            if (list.GetArrayLength() > MaxEvents)
                return Refuse(StatusCodes.Status413PayloadTooLarge, $"The batch has {list.GetArrayLength()} events; at most {MaxEvents}. Split it.");
            return TypedResults.Accepted((string?)null, await KeepAsync(store, Read(list, store, time.GetUtcNow(), options.Value.OldestIntake), events, cache, cancellationToken));
        }
    }

    private static (List<LoggedEvent> Accepted, List<RejectedEvent> Rejected) Read(JsonElement list, StoreId store, DateTimeOffset now, TimeSpan oldest)
    {
        var accepted = new List<LoggedEvent>();
        var rejected = new List<RejectedEvent>();
        foreach (var (index, element) in list.EnumerateArray().Index())
        {
            var (logged, reason) = EventReader.Read(element, store, now, oldest);
            if (logged is not null)
                accepted.Add(logged);
            else
                rejected.Add(new RejectedEvent(index, reason!));
        }
        return (accepted, rejected);
    }

    private static async Task<EventReceipt> KeepAsync(
        StoreId store, (List<LoggedEvent> Accepted, List<RejectedEvent> Rejected) batch, ShopEvents events, AnswerCache cache, CancellationToken cancellationToken)
    {
        var (accepted, rejected) = batch;
        await events.AppendAsync(accepted, cancellationToken);
        await cache.ForgetAsync(store, accepted.SelectMany(Subjects).Distinct());
        return new EventReceipt(accepted.Count, rejected);
    }

    private static IEnumerable<string> Subjects(LoggedEvent shopEvent)
    {
        if (shopEvent.User is { } user)
            yield return AnswerCache.SubjectOf(user);
        if (shopEvent.Session is { } session)
            yield return AnswerCache.SubjectOfVisit(session);
    }

    private static ProblemHttpResult Refuse(int status, string detail) => Problems.Of(status, "event-batch", "The events cannot be read", detail);
}
