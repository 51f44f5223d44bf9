using System.Globalization;
using MathNet.Numerics.Distributions;
using ModelOps.Pipeline.Definitions;

namespace ModelOps.Pipeline.Triggers;

/// <summary>Products shown on a day, and the reactions to them.</summary>
internal sealed record DayRate(long Shown, long Reactions);

/// <summary>
/// Two rates, each a ratio of sums over days, and how much lower the later one is. The day is the unit: the reactions of one day are
/// alike, so that single impressions would make noise look certain. The variance of a ratio estimator over clusters is Cochran's
/// (<i>Sampling Techniques</i>, 3rd ed. 1977, 6.4), the degrees of freedom are Welch's.
/// </summary>
/// <param name="High">Upper end of the relative change's one-sided interval, as -.12 for "at least 12 % lower"; NaN where nothing can be said.</param>
internal sealed record RateDrop(double Before, double After, double High, long ShownBefore, long ShownAfter, bool IsCertain)
{
    private const int FewestDays = 3;

    public static RateDrop Compare(IReadOnlyList<DayRate> before, IReadOnlyList<DayRate> after, QualityDropTriggerDefinition wanted)
    {
        var (first, second) = (Ratio(before), Ratio(after));
        var (shownBefore, shownAfter) = (before.Sum(day => day.Shown), after.Sum(day => day.Shown));
        if (first.Rate <= 0 || Days(before) < FewestDays || Days(after) < FewestDays || Math.Min(shownBefore, shownAfter) < wanted.MinImpressions)
            return new RateDrop(first.Rate, second.Rate, double.NaN, shownBefore, shownAfter, false);
        // Of after / before - 1, by the delta method.
        var ratio = second.Rate / first.Rate;
        var (later, earlier) = (second.Variance / (first.Rate * first.Rate), ratio * ratio * first.Variance / (first.Rate * first.Rate));
        var freedom = later + earlier > 0 ? Math.Pow(later + earlier, 2) / (later * later / (Days(after) - 1) + earlier * earlier / (Days(before) - 1)) : 1;
        var high = ratio - 1 + StudentT.InvCDF(0, 1, freedom, wanted.Confidence) * Math.Sqrt(later + earlier);
        return new RateDrop(first.Rate, second.Rate, high, shownBefore, shownAfter, high < -wanted.Drop);
    }

    public string Text(QualityDropTriggerDefinition wanted) => double.IsNaN(High)
        ? $"too little to compare ({ShownBefore} products shown, then {ShownAfter}; {wanted.MinImpressions} and {FewestDays} days are needed in each, and reactions to compare with)."
        : $"{wanted.Metric} {Before.ToString("0.####", CultureInfo.InvariantCulture)}, then {After.ToString("0.####", CultureInfo.InvariantCulture)}, a change of {Percent(After / Before - 1)}, {Percent(wanted.Confidence)} certain to be below {Percent(High)}.";

    public static string Percent(double share) => (100 * share).ToString("0.#", CultureInfo.InvariantCulture) + " %";

    private static int Days(IReadOnlyList<DayRate> days) => days.Count(day => day.Shown > 0);

    private static (double Rate, double Variance) Ratio(IReadOnlyList<DayRate> days)
    {
        var (shown, count) = (days.Sum(day => day.Shown), Days(days));
        if (shown == 0)
            return (0, 0);
        var rate = (double)days.Sum(day => day.Reactions) / shown;
        return (rate, count < 2 ? 0 : days.Sum(day => Math.Pow(day.Reactions - rate * day.Shown, 2)) / shown / shown * count / (count - 1));
    }
}
