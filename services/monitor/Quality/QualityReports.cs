using Microsoft.EntityFrameworkCore;
using ModelOps.Contracts.Quality;

namespace ModelOps.Monitor.Quality;

/// <summary>Makes the report of a time range.</summary>
internal sealed class QualityReports(MonitorDb database)
{
    /// <returns>Ordered by version (newest first), arm and placement.</returns>
    public async Task<IReadOnlyList<QualityReport>> OfAsync(AnswerFilter filter, Grouping by, CancellationToken cancellationToken)
    {
        var minutes = await MinutesAsync(filter, by, cancellationToken);
        var shoppers = (await ShopperSums.ReadAsync(database, filter, by, cancellationToken)).ToDictionary(sums => (sums.Version, sums.Arm, sums.Placement));
        var products = (await ProductsAsync(filter, by, cancellationToken)).ToDictionary(row => (row.Version, row.Arm, row.Placement), row => row.Products);
        var all = (await ProductsAsync(filter with { Version = null, Arm = null, Placement = null }, new Grouping(false, false, false), cancellationToken)).SingleOrDefault()?.Products ?? 0;
        return [.. minutes.OrderByDescending(row => row.Version).ThenBy(row => row.Arm, StringComparer.Ordinal).ThenBy(row => row.Placement, StringComparer.Ordinal).Select(row =>
        {
            var key = (row.Version, row.Arm, row.Placement);
            var sums = shoppers.GetValueOrDefault(key);
            var shown = products.GetValueOrDefault(key);
            return new QualityReport(row.Version, row.Arm, row.Placement, row.Requests, row.Failures, row.CacheHits, sums?.Shoppers ?? 0,
                row.Impressions, row.Clicks, row.AddToCarts, row.Purchases, row.Revenue,
                sums is null ? null : Interval.Of(sums.Clicks), sums is null ? null : Interval.Of(sums.Purchases), sums is null ? null : Interval.Of(sums.Revenue, 1000),
                shown, all == 0 ? null : (double)shown / all,
                LatencyHistogram.Quantile(row.LatencyCounts, .5), LatencyHistogram.Quantile(row.LatencyCounts, .95), LatencyHistogram.Quantile(row.LatencyCounts, .99),
                row.Computed == 0 ? null : row.QueueSeconds / row.Computed, row.Computed == 0 ? null : row.ComputeSeconds / row.Computed);
        })];
    }

    private Task<List<MinuteSums>> MinutesAsync(AnswerFilter filter, Grouping by, CancellationToken cancellationToken) => database.Database.SqlQuery<MinuteSums>($"""
        WITH chosen AS (
            SELECT CASE WHEN {by.ByVersion} THEN version END AS v, CASE WHEN {by.ByArm} THEN arm END AS a, CASE WHEN {by.ByPlacement} THEN placement END AS p, *
            FROM quality_windows
            WHERE store = {filter.Store} AND model = {filter.Model} AND start >= {filter.From.ToUniversalTime()} AND start < {filter.Until.ToUniversalTime()}
                AND ({filter.Version}::int IS NULL OR version = {filter.Version}) AND ({filter.Arm}::text IS NULL OR arm = {filter.Arm}) AND ({filter.Placement}::text IS NULL OR placement = {filter.Placement})
        ), latency AS (
            SELECT v, a, p, array_agg(answers ORDER BY bucket) AS counts
            FROM (SELECT v, a, p, bucket, sum(count)::bigint AS answers FROM chosen, unnest(latency_counts) WITH ORDINALITY AS buckets (count, bucket) GROUP BY v, a, p, bucket) AS summed
            GROUP BY v, a, p
        ), counted AS (
            SELECT v, a, p, sum(requests)::bigint AS requests, sum(failures)::bigint AS failures, sum(cache_hits)::bigint AS cache_hits, sum(impressions)::bigint AS impressions,
                sum(clicks)::bigint AS clicks, sum(add_to_carts)::bigint AS add_to_carts, sum(purchases)::bigint AS purchases, sum(revenue) AS revenue,
                sum(computed)::bigint AS computed, sum(queue_seconds) AS queue_seconds, sum(compute_seconds) AS compute_seconds
            FROM chosen GROUP BY v, a, p
        )
        SELECT counted.v AS version, counted.a AS arm, counted.p AS placement, requests, failures, cache_hits, impressions, clicks, add_to_carts, purchases, revenue,
            computed, queue_seconds, compute_seconds, latency.counts AS latency_counts
        FROM counted JOIN latency ON (counted.v, counted.a, counted.p) IS NOT DISTINCT FROM (latency.v, latency.a, latency.p)
        """).ToListAsync(cancellationToken);

    private Task<List<ProductCount>> ProductsAsync(AnswerFilter filter, Grouping by, CancellationToken cancellationToken) => database.Database.SqlQuery<ProductCount>($"""
        SELECT CASE WHEN {by.ByVersion} THEN version END AS version, CASE WHEN {by.ByArm} THEN arm END AS arm, CASE WHEN {by.ByPlacement} THEN placement END AS placement, count(DISTINCT product) AS products
        FROM shown_products
        WHERE store = {filter.Store} AND model = {filter.Model} AND hour > {filter.From.ToUniversalTime().AddHours(-1)} AND hour < {filter.Until.ToUniversalTime()}
            AND ({filter.Version}::int IS NULL OR version = {filter.Version}) AND ({filter.Arm}::text IS NULL OR arm = {filter.Arm}) AND ({filter.Placement}::text IS NULL OR placement = {filter.Placement})
        GROUP BY 1, 2, 3
        """).ToListAsync(cancellationToken);

    private sealed record ProductCount(int? Version, string? Arm, string? Placement, long Products);

    private sealed record MinuteSums(
        int? Version, string? Arm, string? Placement, long Requests, long Failures, long CacheHits, long Impressions, long Clicks, long AddToCarts, long Purchases, double Revenue,
        long Computed, double QueueSeconds, double ComputeSeconds, long[] LatencyCounts);
}
