using System.Globalization;
using ModelOps.Contracts.Clients;
using ModelOps.Contracts.Deployments;
using ModelOps.Contracts.Drift;
using ModelOps.Contracts.Privacy;

namespace ModelOps.Contracts.Quality;

/// <summary>What shoppers did, then or later, with the answers that one version gave as one arm at one placement within one minute.</summary>
/// <param name="Requests">Answers given.</param>
/// <param name="Impressions">Products shown.</param>
/// <param name="Clicks">Products of an answer that were clicked; <paramref name="AddToCarts"/> and <paramref name="Purchases"/> are by event and product.</param>
/// <param name="LatencyP50">Median of the answer's time inside inference, in seconds.</param>
/// <param name="Arm">The rollout's arm; <c>champion</c> outside a rollout.</param>
/// <param name="Failures">Of the requests, those that the version could not answer; another one did.</param>
/// <param name="Overlap">For a shadow: the mean share of products that it has in common with what was shown.</param>
/// <param name="Placement">The page or shelf.</param>
/// <param name="Revenue">Price times quantity of the purchases, in the shop's currency.</param>
/// <param name="QueueMean">Seconds that a computed answer waited for its batch; null where none was computed.</param>
/// <param name="ComputeMean">Seconds that its batch took.</param>
public sealed record QualityWindow(
    DateTimeOffset Start,
    string Model,
    int Version,
    long Requests,
    long Impressions,
    long Clicks,
    long AddToCarts,
    long Purchases,
    long CacheHits,
    double LatencyP50,
    double LatencyP95,
    double LatencyP99,
    string Arm,
    long Failures,
    double? Overlap,
    string Placement = "",
    double Revenue = 0,
    double? QueueMean = null,
    double? ComputeMean = null);

/// <summary>The monitor service.</summary>
public sealed class MonitorClient(HttpClient http)
{
    /// <summary>Windows since <paramref name="from"/>, oldest first.</summary>
    public Task<Page<QualityWindow>> GetQualityAsync(StoreId store, string model, DateTimeOffset from, CancellationToken cancellationToken = default) =>
        GetQualityAsync(store, model, from, null, cancellationToken);

    /// <summary>The same, page by page.</summary>
    /// <param name="after">The page before's <c>next</c>.</param>
    public Task<Page<QualityWindow>> GetQualityAsync(StoreId store, string model, DateTimeOffset from, string? after, CancellationToken cancellationToken = default) =>
        GetQualityAsync(store, model, from, null, after, cancellationToken);

    /// <summary>The same, of a time range.</summary>
    /// <param name="to">Windows that begin before it; up to now when null.</param>
    public Task<Page<QualityWindow>> GetQualityAsync(StoreId store, string model, DateTimeOffset from, DateTimeOffset? to, string? after, CancellationToken cancellationToken = default) =>
        http.GetAsync<Page<QualityWindow>>(
            store, $"/v1/quality?model={Uri.EscapeDataString(model)}&from={Written(from)}{(to is { } end ? $"&to={Written(end)}" : "")}{(after is null ? "" : $"&after={Uri.EscapeDataString(after)}")}", cancellationToken);

    /// <summary>How fast events come now.</summary>
    public Task<EventRate> GetEventRateAsync(StoreId store, CancellationToken cancellationToken = default) => http.GetAsync<EventRate>(store, "/v1/events/rate", cancellationToken);

    /// <summary>The whole of a time range by what <paramref name="by"/> names, with intervals.</summary>
    /// <param name="by">Some of <c>version</c>, <c>arm</c>, <c>placement</c>; none for one row.</param>
    /// <param name="placement">Only this one.</param>
    public Task<Page<QualityReport>> GetQualityReportAsync(
        StoreId store, string model, DateTimeOffset from, IReadOnlyList<string> by, string? placement = null, CancellationToken cancellationToken = default) => http.GetAsync<Page<QualityReport>>(
            store, $"/v1/models/{Uri.EscapeDataString(model)}/quality?from={Written(from)}&by={string.Join(',', by)}{(placement is null ? "" : $"&placement={Uri.EscapeDataString(placement)}")}&limit=500", cancellationToken);

    /// <summary>What became of a model's searches, by what <paramref name="by"/> names: <c>version</c>, <c>arm</c>.</summary>
    public Task<IReadOnlyList<OutcomeReport>> GetSearchesAsync(StoreId store, string model, DateTimeOffset from, IReadOnlyList<string> by, CancellationToken cancellationToken = default) =>
        http.GetAsync<IReadOnlyList<OutcomeReport>>(store, $"/v1/models/{Uri.EscapeDataString(model)}/searches?from={Written(from)}&by={string.Join(',', by)}", cancellationToken);

    /// <summary>How a model answered customers' messages, told apart in the same way.</summary>
    public Task<IReadOnlyList<OutcomeReport>> GetAssistanceAsync(StoreId store, string model, DateTimeOffset from, IReadOnlyList<string> by, CancellationToken cancellationToken = default) =>
        http.GetAsync<IReadOnlyList<OutcomeReport>>(store, $"/v1/models/{Uri.EscapeDataString(model)}/assistance?from={Written(from)}&by={string.Join(',', by)}", cancellationToken);

    /// <summary>What a version's promotion promised and what came of it; null where it never was champion.</summary>
    public Task<Promise?> FindPromiseAsync(StoreId store, string model, int version, CancellationToken cancellationToken = default) =>
        http.FindAsync<Promise>(store, $"/v1/models/{Uri.EscapeDataString(model)}/versions/{version.ToString(CultureInfo.InvariantCulture)}/promise", cancellationToken);

    /// <summary>What the monitor says of a rollout's present step; null when there is no such rollout.</summary>
    public Task<Verdict?> FindVerdictAsync(StoreId store, string model, Guid rollout, CancellationToken cancellationToken = default) =>
        http.FindAsync<Verdict>(store, $"/v1/models/{model}/rollouts/{rollout}/verdict", cancellationToken);

    /// <summary>The verdicts that were kept, newest first.</summary>
    public Task<Page<KeptVerdict>> ListVerdictsAsync(StoreId store, string model, Guid rollout, CancellationToken cancellationToken = default) =>
        http.GetAsync<Page<KeptVerdict>>(store, $"/v1/models/{model}/rollouts/{rollout}/verdicts?limit=500", cancellationToken);

    /// <summary>Removes what was counted of a person.</summary>
    public Task<List<ErasedPlace>> EraseAsync(StoreId store, PersonTraces person, CancellationToken cancellationToken = default) =>
        http.SendAsync<List<ErasedPlace>>(store, HttpMethod.Post, "/v1/erasures", person, null, cancellationToken);

    /// <summary>The model's drift reports, one for each day, newest first.</summary>
    public Task<Page<DriftReport>> ListDriftAsync(StoreId store, string model, int limit = Page<DriftReport>.DefaultLimit, CancellationToken cancellationToken = default) =>
        http.GetAsync<Page<DriftReport>>(store, $"/v1/models/{Uri.EscapeDataString(model)}/drift?limit={limit.ToString(CultureInfo.InvariantCulture)}", cancellationToken);

    /// <summary>Has the report on a day made now, if it is not there.</summary>
    public Task<DriftReport> MakeDriftReportAsync(StoreId store, string model, DateOnly day, CancellationToken cancellationToken = default) =>
        http.SendAsync<DriftReport>(store, HttpMethod.Post, $"/v1/models/{Uri.EscapeDataString(model)}/drift?day={day.ToString("O", CultureInfo.InvariantCulture)}", null, null, cancellationToken);

    /// <summary>A drift report with all that it compared; null when there is none of the id.</summary>
    public Task<DriftEvidence?> FindDriftAsync(StoreId store, string model, long id, CancellationToken cancellationToken = default) =>
        http.FindAsync<DriftEvidence>(store, $"/v1/models/{Uri.EscapeDataString(model)}/drift/{id.ToString(CultureInfo.InvariantCulture)}", cancellationToken);

    private static string Written(DateTimeOffset time) => Uri.EscapeDataString(time.ToString("O", CultureInfo.InvariantCulture));
}
