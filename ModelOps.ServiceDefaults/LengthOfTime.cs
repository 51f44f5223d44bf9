using System.Globalization;
using System.Text.RegularExpressions;

namespace ModelOps.ServiceDefaults;

/// <summary>Lengths of time as people write them in YAML: <c>90s</c>, <c>30m</c>, <c>12h</c>, <c>14d</c>. Prometheus reads them too.</summary>
public static partial class LengthOfTime
{
    public const string Pattern = "^[0-9]{1,6}(s|m|h|d)$";

    /// <returns>Null where <paramref name="text"/> is none.</returns>
    public static TimeSpan? Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!Written().IsMatch(text))
            return null;
        var number = int.Parse(text[..^1], CultureInfo.InvariantCulture);
        return text[^1] switch
        {
            's' => TimeSpan.FromSeconds(number),
            'm' => TimeSpan.FromMinutes(number),
            'h' => TimeSpan.FromHours(number),
            _ => TimeSpan.FromDays(number),
        };
    }

    /// <summary>As <see cref="Parse"/> reads it, to the second.</summary>
    public static string Exact(TimeSpan length) => length switch
    {
        { TotalSeconds: < 1 } => "0s",
        { Seconds: > 0 } => $"{(long)length.TotalSeconds}s",
        { Minutes: > 0 } => $"{(long)length.TotalMinutes}m",
        { Hours: > 0 } => $"{(long)length.TotalHours}h",
        _ => $"{(long)length.TotalDays}d",
    };

    /// <summary>For people: in the largest unit that gives a whole number, else rounded to minutes above a minute.</summary>
    public static string Rounded(TimeSpan length) => length switch
    {
        { TotalDays: >= 2 } when length.Ticks % TimeSpan.TicksPerDay == 0 => $"{length.Days}d",
        { TotalHours: >= 1 } when length.Ticks % TimeSpan.TicksPerHour == 0 => $"{(long)length.TotalHours}h",
        { TotalHours: >= 1 } => $"{(long)length.TotalHours}h {length.Minutes}m",
        { TotalMinutes: >= 1 } => $"{length.Minutes}m",
        _ => $"{(long)length.TotalSeconds}s",
    };

    [GeneratedRegex(Pattern)]
    private static partial Regex Written();
}
