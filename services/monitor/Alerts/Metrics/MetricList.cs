namespace ModelOps.Monitor.Alerts.Metrics;

/// <summary>Every source of metrics.</summary>
internal static class MetricList
{
    public static readonly IReadOnlyDictionary<string, MetricDefinition> Definitions = QualityMetrics.Definitions.Concat(OutcomeMetrics.Definitions).Concat(DriftMetrics.Definitions).Concat(PipelineMetrics.Definitions).ToDictionary(metric => metric.Name);

    public static IServiceCollection AddMetricSources(this IServiceCollection services) => services
        .AddSingleton<RecentRuns>()
        .AddScoped<IMetricSource, QualityMetrics>()
        .AddScoped<IMetricSource, OutcomeMetrics>()
        .AddScoped<IMetricSource, DriftMetrics>()
        .AddScoped<IMetricSource, PipelineMetrics>();
}
