namespace ModelOps.Contracts.Quality;

/// <summary>A time range of a model's answers and what shoppers did with them. A shadow's answers, which nobody saw, count for latency and failures only.</summary>
/// <param name="Version">Null where the rows are not told apart by it; so are <paramref name="Arm"/> and <paramref name="Placement"/>.</param>
/// <param name="Shoppers">Different ones; each answer for nobody in particular is one.</param>
/// <param name="Revenue">In the shop's currency.</param>
/// <param name="ClickRate">Clicks per product shown.</param>
/// <param name="ConversionRate">Purchases per product shown.</param>
/// <param name="RevenuePerThousand">Per thousand products shown.</param>
/// <param name="ProductsShown">Different ones, in the hours that the range touches.</param>
/// <param name="Coverage">Their share of the products that anything showed in the same hours, over all of the model's versions and placements.</param>
/// <param name="QueueMean">Seconds that a computed answer waited for its batch, of <paramref name="LatencyP50"/> and the others.</param>
/// <param name="ComputeMean">Seconds that its batch took.</param>
public sealed record QualityReport(
    int? Version,
    string? Arm,
    string? Placement,
    long Requests,
    long Failures,
    long CacheHits,
    long Shoppers,
    long Impressions,
    long Clicks,
    long AddToCarts,
    long Purchases,
    double Revenue,
    Estimate? ClickRate,
    Estimate? ConversionRate,
    Estimate? RevenuePerThousand,
    long ProductsShown,
    double? Coverage,
    double LatencyP50,
    double LatencyP95,
    double LatencyP99,
    double? QueueMean,
    double? ComputeMean);

/// <summary>A figure with its 95 % interval, which counts shoppers, not answers, as independent.</summary>
/// <param name="Low">Null with fewer than two shoppers, as <paramref name="High"/> is.</param>
public sealed record Estimate(double Value, double? Low, double? High);
