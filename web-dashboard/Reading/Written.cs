using System.Globalization;

namespace ModelOps.Dashboard.Reading;

/// <summary>How numbers and times are written.</summary>
internal static class Written
{
    public const string Nothing = "–";

    public static string Count(long number) => number.ToString("N0", CultureInfo.CurrentCulture);

    /// <summary>A metric with four digits that mean something, whole numbers as such.</summary>
    public static string Metric(double? value) => value switch
    {
        null => Nothing,
        { } number when !double.IsFinite(number) => Nothing,
        { } number when number == Math.Floor(number) && Math.Abs(number) < 1e15 => number.ToString("N0", CultureInfo.CurrentCulture),
        { } number when Math.Abs(number) < 0.001 => number.ToString("0.0e0", CultureInfo.CurrentCulture),
        { } number when Math.Abs(number) < 1 => number.ToString("0.0000", CultureInfo.CurrentCulture),
        { } number when Math.Abs(number) < 10 => number.ToString("0.000", CultureInfo.CurrentCulture),
        { } number => number.ToString("N1", CultureInfo.CurrentCulture),
    };

    /// <summary>As <see cref="Metric"/>, but shares always with four places, so that they can be compared at a glance.</summary>
    public static string Quality(double value) => Math.Abs(value) <= 1 ? value.ToString("0.0000", CultureInfo.CurrentCulture) : Metric(value);

    /// <summary>How many a second: what is rare keeps its digits.</summary>
    public static string Pace(double perSecond) => perSecond.ToString(perSecond < 1 ? "0.##" : perSecond < 100 ? "0.#" : "N0", CultureInfo.CurrentCulture);

    /// <summary>A number on a chart's axis.</summary>
    public static string Tick(double value) => value.ToString("#,0.####", CultureInfo.CurrentCulture);

    /// <summary>The name of a metric or a kind, as services write it, at the beginning of a label: <c>NDCG@10</c>, <c>Users</c>.</summary>
    public static string Label(string name) =>
        Acronyms.FirstOrDefault(acronym => name.StartsWith(acronym, StringComparison.Ordinal)) is { } known ? known.ToUpperInvariant() + name[known.Length..]
        : name.Length == 0 ? name : char.ToUpperInvariant(name[0]) + name[1..].Replace('_', ' ');

    private static readonly string[] Acronyms = ["ndcg@", "mrr@", "map@"];

    public static string Share(double part, double whole, string format = "0.0") =>
        whole > 0 ? (100 * part / whole).ToString(format, CultureInfo.CurrentCulture) + " %" : Nothing;

    public static string Milliseconds(double? seconds) => seconds switch
    {
        null or 0 => Nothing,
        < 0.01 => (seconds.Value * 1000).ToString("0.00", CultureInfo.CurrentCulture) + " ms",
        < 1 => (seconds.Value * 1000).ToString("0.#", CultureInfo.CurrentCulture) + " ms",
        _ => seconds.Value.ToString("0.0#", CultureInfo.CurrentCulture) + " s",
    };

    public static string Duration(DateTimeOffset? from, DateTimeOffset? to)
    {
        if (from is not { } start)
            return Nothing;
        var length = (to ?? DateTimeOffset.UtcNow) - start;
        return length switch
        {
            { TotalSeconds: < 0 } => "0 s",
            { TotalSeconds: < 10 } => length.TotalSeconds.ToString("0.0", CultureInfo.CurrentCulture) + " s",
            { TotalMinutes: < 1 } => $"{length.Seconds} s",
            { TotalHours: < 1 } => $"{length.Minutes} min {length.Seconds:00} s",
            _ => $"{(int)length.TotalHours} h {length.Minutes:00} min",
        };
    }

    public static string Clock(DateTimeOffset time) => time.ToLocalTime().ToString("HH:mm:ss", CultureInfo.InvariantCulture);

    public static string Moment(DateTimeOffset time) => time.ToLocalTime().ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    /// <summary>Of seconds since 1970; what no calendar has, as a shop's file may, is its first or last moment.</summary>
    public static DateTimeOffset Time(double seconds) =>
        DateTimeOffset.FromUnixTimeSeconds((long)Math.Clamp(seconds, DateTimeOffset.MinValue.ToUnixTimeSeconds(), DateTimeOffset.MaxValue.ToUnixTimeSeconds()));

    public static string Day(DateTimeOffset? time) => time?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? Nothing;

    public static string Bytes(long bytes) => bytes switch
    {
        < 1024 => $"{bytes} B",
        < 1024 * 1024 => (bytes / 1024d).ToString("0.#", CultureInfo.CurrentCulture) + " KB",
        _ => (bytes / 1024d / 1024d).ToString("0.#", CultureInfo.CurrentCulture) + " MB",
    };

    public static string Short(Guid id) => id.ToString("N")[^8..];
}
