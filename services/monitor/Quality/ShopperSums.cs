using Microsoft.EntityFrameworkCore;
using ModelOps.Contracts.Deployments;
using ModelOps.Contracts.Quality;
using ModelOps.Monitor.Verdicts;

namespace ModelOps.Monitor.Quality;

/// <summary>Which answers are meant.</summary>
/// <param name="Until">Not included.</param>
/// <param name="Version">Null for every one, as the others.</param>
internal sealed record AnswerFilter(string Store, string Model, DateTimeOffset From, DateTimeOffset Until, int? Version = null, string? Arm = null, string? Placement = null, bool AssignedOnly = false)
{
    /// <summary>Minutes that one of these touches are left out.</summary>
    public IReadOnlyList<Pause> Pauses { get; init; } = [];

    public DateTime[] PausedFrom => [.. Pauses.Select(pause => pause.From.UtcDateTime)];

    public DateTime[] PausedUntil => [.. Pauses.Select(pause => (pause.Until ?? DateTimeOffset.MaxValue).UtcDateTime)];
}

/// <summary>By what rows are told apart.</summary>
internal sealed record Grouping(bool ByVersion, bool ByArm, bool ByPlacement);

/// <summary>Sums over shoppers of what each was shown (m) and did: clicks (x), purchases (y) and revenue (z), with their squares and products.</summary>
internal sealed record ShopperSums(
    int? Version, string? Arm, string? Placement, long Shoppers, long Answers,
    double M, double Mm, double X, double Mx, double Xx, double Y, double My, double Yy, double Z, double Mz, double Zz)
{
    public UserSums Clicks => new(Shoppers, M, X, Mm, Mx, Xx);

    public UserSums Purchases => new(Shoppers, M, Y, Mm, My, Yy);

    public UserSums Revenue => new(Shoppers, M, Z, Mm, Mz, Zz);

    public static Task<List<ShopperSums>> ReadAsync(MonitorDb database, AnswerFilter filter, Grouping by, CancellationToken cancellationToken) => database.Database.SqlQuery<ShopperSums>($"""
        SELECT version, arm, placement, count(*) AS shoppers, sum(a)::bigint AS answers, sum(m) AS m, sum(m * m) AS mm, sum(x) AS x, sum(m * x) AS mx, sum(x * x) AS xx,
            sum(y) AS y, sum(m * y) AS my, sum(y * y) AS yy, sum(z) AS z, sum(m * z) AS mz, sum(z * z) AS zz
        FROM (
            SELECT CASE WHEN {by.ByVersion} THEN version END AS version, CASE WHEN {by.ByArm} THEN arm END AS arm, CASE WHEN {by.ByPlacement} THEN placement END AS placement, shopper,
                sum(answers) AS a, sum(impressions)::float8 AS m, sum(clicks)::float8 AS x, sum(purchases)::float8 AS y, sum(revenue) AS z
            FROM shopper_minutes
            WHERE store = {filter.Store} AND model = {filter.Model} AND start >= {filter.From.ToUniversalTime()} AND start < {filter.Until.ToUniversalTime()}
                AND ({filter.Version}::int IS NULL OR version = {filter.Version}) AND ({filter.Arm}::text IS NULL OR arm = {filter.Arm}) AND ({filter.Placement}::text IS NULL OR placement = {filter.Placement})
                AND (is_assigned OR NOT {filter.AssignedOnly})
                AND NOT EXISTS (SELECT FROM unnest({filter.PausedFrom}, {filter.PausedUntil}) AS pause (since, until) WHERE start > pause.since - interval '1 minute' AND start < pause.until)
            GROUP BY 1, 2, 3, 4) AS shoppers
        GROUP BY version, arm, placement
        """).ToListAsync(cancellationToken);
}

/// <summary>The delta method's interval of a ratio of two sums over shoppers.</summary>
internal static class Interval
{
    private const double Normal95 = 1.959964;

    /// <returns>Null where nothing was shown.</returns>
    public static Estimate? Of(UserSums sums, double per = 1)
    {
        if (sums.Trials == 0)
            return null;
        if (sums.Shoppers < 2)
            return new Estimate(sums.Rate * per, null, null);
        var half = Normal95 * Error(sums);
        return new Estimate(sums.Rate * per, Math.Max(0, sums.Rate - half) * per, (sums.Rate + half) * per);
    }

    /// <summary>Of two groups of shoppers, taken as independent: <paramref name="after"/> minus <paramref name="before"/>.</summary>
    public static Estimate? Difference(UserSums after, UserSums before)
    {
        if (after.Trials == 0 || before.Trials == 0)
            return null;
        var difference = after.Rate - before.Rate;
        if (after.Shoppers < 2 || before.Shoppers < 2)
            return new Estimate(difference, null, null);
        var half = Normal95 * Math.Sqrt(Math.Pow(Error(after), 2) + Math.Pow(Error(before), 2));
        return new Estimate(difference, difference - half, difference + half);
    }

    private static double Error(UserSums sums) => Math.Sqrt(sums.Variance / sums.Trials * sums.Shoppers / (sums.Shoppers - 1));
}
