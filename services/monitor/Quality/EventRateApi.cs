using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Caching.Memory;
using ModelOps.Contracts;
using ModelOps.Contracts.Quality;
using ModelOps.EventLog;

namespace ModelOps.Monitor.Quality;

/// <summary>How fast events come.</summary>
internal static class EventRateApi
{
    private const int StepSeconds = 15, StepsAMinute = 60 / StepSeconds, Minutes = 15;

    /// <summary>A quarter of an hour of rows is counted, so not for each dashboard at each look.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromSeconds(2);

    public static void MapEventRate(this IEndpointRouteBuilder app) =>
        app.MapGet("/v1/events/rate", GetAsync).WithTags("Quality").WithSummary("Events a second over the last minute, and their counts over the last quarter of an hour");

    private static async Task<Ok<EventRate>> GetAsync(StoreId store, EventPace pace, IMemoryCache cache, TimeProvider time, CancellationToken cancellationToken) =>
        TypedResults.Ok((await cache.GetOrCreateAsync(("event-rate", store), async entry =>
        {
            entry.AbsoluteExpirationRelativeToNow = Kept;
            var counts = await pace.CountAsync(store, time.GetUtcNow(), TimeSpan.FromSeconds(StepSeconds), StepsAMinute * Minutes, cancellationToken);
            return new EventRate(counts.TakeLast(StepsAMinute).Sum() / 60d, counts, StepSeconds);
        }))!);
}
