using ModelOps.Contracts;

namespace ModelOps.Monitor.Alerts.Metrics;

/// <summary>Metrics that rules can watch. A source is a file, and a line in <see cref="MetricList"/>.</summary>
internal interface IMetricSource
{
    IReadOnlyList<MetricDefinition> Metrics { get; }

    /// <summary>The metric's series between two moments; a series with nothing to say is left out.</summary>
    /// <exception cref="Exception">The source is away. Alerts on its metrics stay as they are.</exception>
    Task<IReadOnlyList<MetricReading>> ReadAsync(StoreId store, MetricDefinition metric, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken);
}

/// <param name="Meaning">For people.</param>
/// <param name="Observed">What <c>at_least</c> counts; null for a metric that is a count itself.</param>
/// <param name="Labels">What tells its series apart.</param>
/// <param name="Instrument">The gauge that Prometheus sees.</param>
/// <param name="Lag">What the metric waits for before it counts a moment, such as shoppers' reactions.</param>
internal sealed record MetricDefinition(string Name, string Meaning, string? Observed, IReadOnlyList<string> Labels, string Instrument, string? Unit = null, TimeSpan Lag = default);

/// <param name="Observations">What the value rests on.</param>
internal sealed record MetricReading(IReadOnlyDictionary<string, string> Labels, double Value, long Observations);
