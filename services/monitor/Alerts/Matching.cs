using System.Text.RegularExpressions;
using ModelOps.Contracts.Alerts;

namespace ModelOps.Monitor.Alerts;

/// <summary>A silence's conditions on labels.</summary>
internal static class Matching
{
    public static readonly IReadOnlyList<string> Ops = ["=", "!=", "=~", "!~"];

    public static bool Holds(this Matcher matcher, IReadOnlyDictionary<string, string> labels)
    {
        var value = labels.GetValueOrDefault(matcher.Label) ?? "";
        return matcher.Op switch { "=" => value == matcher.Value, "!=" => value != matcher.Value, "=~" => Pattern(matcher).IsMatch(value), _ => !Pattern(matcher).IsMatch(value) };
    }

    /// <summary>What is wrong with a matcher, in words; null where it can be used.</summary>
    public static string? Wrong(Matcher? matcher)
    {
        if (matcher is not { Label.Length: > 0, Value: not null })
            return "a matcher has a label and a value, such as {\"label\":\"rule\",\"value\":\"errors\"}.";
        if (!Ops.Contains(matcher.Op))
            return $"the matcher on '{matcher.Label}' has the op '{matcher.Op}'; known: {string.Join(", ", Ops)}.";
        try
        {
            _ = matcher.Op is "=~" or "!~" ? Pattern(matcher) : null;
            return null;
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            return $"the matcher on '{matcher.Label}' has a regular expression that cannot be used: {exception.Message}";
        }
    }

    /// <summary>Without backtracking: nobody's expression can keep the monitor busy.</summary>
    private static Regex Pattern(Matcher matcher) => new($"^(?:{matcher.Value})$", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.Singleline);
}
