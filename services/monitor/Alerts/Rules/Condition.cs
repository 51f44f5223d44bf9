using System.Globalization;

namespace ModelOps.Monitor.Alerts.Rules;

/// <summary>When a value is wrong: beyond a fixed limit, or unlike the same time on earlier days.</summary>
internal abstract record Condition
{
    /// <param name="earlier">The values of the same stretch of the days before; empty where a condition does not look at them.</param>
    public abstract Finding Judge(double value, IReadOnlyList<double> earlier);

    /// <summary>Days to look back at.</summary>
    public virtual int Days => 0;

    protected static string Text(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);
}

/// <param name="Deviations">How unlike the earlier days the value is; null where that was not asked, or cannot be said.</param>
internal readonly record struct Finding(bool Holds, string Reason, double? Deviations = null);

/// <summary>Above or below a fixed limit.</summary>
internal sealed record Threshold(double? Above, double? Below) : Condition
{
    public override Finding Judge(double value, IReadOnlyList<double> earlier) =>
        value > Above ? new Finding(true, $"{Text(value)} is above {Text(Above.Value)}")
        : value < Below ? new Finding(true, $"{Text(value)} is below {Text(Below.Value)}")
        : new Finding(false, $"{Text(value)} is within its limits");
}

/// <summary>
/// A robust z-score against the same time on earlier days: the distance from their median in units of 1.4826 times their median
/// absolute deviation (Iglewicz and Hoaglin, 1993), so that one bad day among them changes little.
/// </summary>
internal sealed record Anomaly(double Deviations, int LookBack, string Direction) : Condition
{
    public const string Above = "above";
    public const string Below = "below";
    public const string Both = "both";
    public const int FewestDays = 3;

    private const double Normal = 1.4826;

    /// <summary>Days that were almost the same say nothing about how much is usual: at least this share of the median is.</summary>
    private const double SmallestSpread = .02;

    public override int Days => LookBack;

    public override Finding Judge(double value, IReadOnlyList<double> earlier)
    {
        if (earlier.Count < FewestDays)
            return new Finding(false, $"{earlier.Count} earlier days have enough to compare with; it takes {FewestDays}");
        var median = Median(earlier);
        var spread = Math.Max(Normal * Median([.. earlier.Select(day => Math.Abs(day - median))]), Math.Max(SmallestSpread * Math.Abs(median), 1e-9));
        var score = (value - median) / spread;
        var holds = Direction switch { Above => score > Deviations, Below => score < -Deviations, _ => Math.Abs(score) > Deviations };
        return new Finding(holds, $"{Text(value)} is {Text(Math.Abs(score))} deviations {(score < 0 ? "below" : "above")} {Text(median)}, the median of {earlier.Count} earlier days", score);
    }

    private static double Median(IReadOnlyList<double> values)
    {
        var sorted = values.Order().ToList();
        return (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
    }
}
