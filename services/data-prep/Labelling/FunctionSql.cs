using System.Globalization;
using ModelOps.Contracts.Datasets;
using static ModelOps.DataPrep.Sources.Sql;

namespace ModelOps.DataPrep.Labelling;

/// <summary>A labelling function as a condition in DuckDB's SQL, whose regular expressions (RE2) take time in proportion to the text, whatever the pattern.</summary>
internal static class FunctionSql
{
    private const string NoWord = @"[^\p{L}\p{N}]";

    public static string Condition(LabelTable table, LabellingFunction function)
    {
        var column = function.Column is { } named ? table.Column(named) : table.Text;
        var conditions = new List<string>();
        if (function.Keywords is { Count: > 0 } keywords)
            conditions.Add($"regexp_matches({column}, {Literal(Keywords(keywords))})");
        if (function.Pattern is { } pattern)
            conditions.Add($"regexp_matches({column}, {Literal(pattern)})");
        if (function.Values is { Count: > 0 } values)
            conditions.Add($"lower(trim({column})) IN ({string.Join(", ", values.Select(value => Literal(value.Trim().ToLowerInvariant())))})");
        if (function.Above is { } above)
            conditions.Add($"TRY_CAST({column} AS DOUBLE) > {Number(above)}");
        if (function.Below is { } below)
            conditions.Add($"TRY_CAST({column} AS DOUBLE) < {Number(below)}");
        return $"coalesce({string.Join(" AND ", conditions)}, false)";
    }

    /// <summary>Words stand between what is no letter; scripts without spaces have no such bounds.</summary>
    internal static string Keywords(IEnumerable<string> keywords) => "(?i)(?:" + string.Join('|', keywords.Select(keyword => keyword.Trim()).Select(keyword =>
    {
        var open = keyword.EndsWith('*');
        var word = open ? keyword[..^1] : keyword;
        var before = IsOfLetters(word[0]) ? $"(?:^|{NoWord})" : "";
        var after = !open && IsOfLetters(word[^1]) ? $"(?:{NoWord}|$)" : "";
        return before + System.Text.RegularExpressions.Regex.Replace(word, @"[\\.+*?()|\[\]{}^$]", @"\$0") + after;
    })) + ")";

    private static bool IsOfLetters(char c) => char.IsLetterOrDigit(c) && c < '\u3040';

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
