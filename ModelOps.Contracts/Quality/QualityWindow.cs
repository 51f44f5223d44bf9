using ModelOps.Contracts.Clients;

namespace ModelOps.Contracts.Quality;

/// <summary>What shoppers did with the answers of one version within one minute.</summary>
/// <param name="Requests">Answers given.</param>
/// <param name="Impressions">Products shown.</param>
/// <param name="LatencyP50">Median of the answer's time inside inference, in seconds.</param>
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
    double LatencyP99);

/// <summary>The monitor service.</summary>
public sealed class MonitorClient(HttpClient http)
{
    /// <summary>Windows since <paramref name="from"/>, oldest first.</summary>
    public Task<Page<QualityWindow>> GetQualityAsync(StoreId store, string model, DateTimeOffset from, CancellationToken cancellationToken = default) =>
        http.GetAsync<Page<QualityWindow>>(store, $"/v1/quality?model={model}&from={Uri.EscapeDataString(from.ToString("O"))}", cancellationToken);
}
