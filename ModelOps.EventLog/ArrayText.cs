using System.Globalization;
using System.Text;

namespace ModelOps.EventLog;

/// <summary>An array as PostgreSQL writes one in text.</summary>
internal static class ArrayText
{
    public static string Of(IReadOnlyList<string> values)
    {
        var text = new StringBuilder("{");
        foreach (var value in values)
        {
            text.Append(text.Length == 1 ? "\"" : ",\"");
            foreach (var letter in value)
                text.Append(letter is '"' or '\\' ? "\\" : null).Append(letter);
            text.Append('"');
        }
        return text.Append('}').ToString();
    }

    public static string Of(IReadOnlyList<double> values) => $"{{{string.Join(',', values.Select(value => value.ToString("R", CultureInfo.InvariantCulture)))}}}";
}
