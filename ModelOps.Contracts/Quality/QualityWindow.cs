using ModelOps.Contracts.Clients;
using ModelOps.Contracts.Deployments;

namespace ModelOps.Contracts.Quality;

/// <summary>What shoppers did, then or later, with the answers that one version gave as one arm within one minute.</summary>
/// <param name="Requests">Answers given.</param>
/// <param name="Impressions">Products shown.</param>
/// <param name="LatencyP50">Median of the answer's time inside inference, in seconds.</param>
/// <param name="Arm">The rollout's arm; <c>champion</c> outside a rollout.</param>
/// <param name="Failures">Of the requests, those that the version could not answer; another one did.</param>
/// <param name="Overlap">For a shadow: the mean share of products that it has in common with what was shown.</param>
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
    double? Overlap);

/// <summary>The monitor service.</summary>
public sealed class MonitorClient(HttpClient http)
{
    /// <summary>Windows since <paramref name="from"/>, oldest first.</summary>
    public Task<Page<QualityWindow>> GetQualityAsync(StoreId store, string model, DateTimeOffset from, CancellationToken cancellationToken = default) =>
        http.GetAsync<Page<QualityWindow>>(store, $"/v1/quality?model={model}&from={Uri.EscapeDataString(from.ToString("O"))}", cancellationToken);

    /// <summary>What the monitor says of a rollout's present step; null when there is no such rollout.</summary>
    public Task<Verdict?> FindVerdictAsync(StoreId store, string model, Guid rollout, CancellationToken cancellationToken = default) =>
        http.FindAsync<Verdict>(store, $"/v1/models/{model}/rollouts/{rollout}/verdict", cancellationToken);
}
