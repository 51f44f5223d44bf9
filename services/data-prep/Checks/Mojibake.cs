using System.Text;
using DuckDB.NET.Data;

namespace ModelOps.DataPrep.Checks;

/// <summary>UTF-8 that was read as Windows-1252 or Latin-1 once: <c>CafÃ©</c> for <c>Café</c>.</summary>
internal sealed record Mojibake() : RepairCheck("mojibake", "Titles in a wrong encoding, decoded again", Severity.Warning)
{
    private const string Function = "undo_mojibake";

    /// <summary>What the first bytes of UTF-8's longer characters become: of Latin, Greek, Cyrillic, Hebrew and Arabic letters, of what has three bytes, and of emoji.</summary>
    internal const string Suspect = "[\u00C2-\u00C5\u00CE-\u00D1\u00D7-\u00DB\u00E2-\u00F0]";

    private static readonly Encoding Windows = CodePagesEncodingProvider.Instance.GetEncoding(1252, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback)!;
    private static readonly Encoding Latin1 = Encoding.GetEncoding("iso-8859-1", EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback);
    private static readonly Encoding Strict = new UTF8Encoding(false, throwOnInvalidBytes: true);

    public override string Condition => $"(title IS NOT NULL AND regexp_matches(title, '{Suspect}') AND {Function}(title) <> title)";

    public override IReadOnlyDictionary<string, string> Repairs { get; } = new Dictionary<string, string> { ["title"] = $"{Function}(title)" };

    /// <summary>SQL for a text that is mended where it needs to be.</summary>
    public static string Mended(string column) => $"CASE WHEN regexp_matches({column}, '{Suspect}') THEN {Function}({column}) ELSE {column} END";

    /// <summary>Makes the repair known to DuckDB.</summary>
    public static void Register(DuckDBConnection duck) => duck.RegisterScalarFunction<string, string>(Function, (readers, writer, rows) =>
    {
        for (ulong row = 0; row < rows; row++)
        {
            if (readers[0].IsValid(row))
                writer.WriteValue(Undo(readers[0].GetValue<string>(row)), row);
            else
                writer.WriteNull(row);
        }
    });

    /// <summary>The text that was meant, or <paramref name="text"/> itself when it is none of that kind.</summary>
    internal static string Undo(string text) => ReadAs(Windows, text) ?? ReadAs(Latin1, text) ?? text;

    private static string? ReadAs(Encoding wrong, string text)
    {
        try
        {
            return Strict.GetString(wrong.GetBytes(text));
        }
        catch (Exception exception) when (exception is EncoderFallbackException or DecoderFallbackException)
        {
            return null;
        }
    }
}
