namespace ModelOps.DataPrep.Sources.Csv;

/// <summary>How a CSV file is written.</summary>
/// <param name="Delimiter">Between fields.</param>
/// <param name="Quote">Around fields that hold delimiters or line ends.</param>
/// <param name="Escape">Before a quote within quotes: the quote itself (RFC 4180) or a backslash (MySQL).</param>
/// <param name="LoneReturns">True where a carriage return alone ends a line, as old Macs write it.</param>
internal sealed record CsvDialect(byte Delimiter, byte Quote = (byte)'"', byte Escape = (byte)'"', bool LoneReturns = false)
{
    /// <summary>What <see cref="CsvSource"/> writes for DuckDB.</summary>
    public static CsvDialect Canonical { get; } = new((byte)',');

    /// <summary>Of a file with one column: a character that no text has.</summary>
    public const byte NoDelimiter = 0x1f;

    public string Description => $"delimiter {Name(Delimiter)}, quote {Name(Quote)}{(Escape == Quote ? "" : ", escape \\")}";

    private static string Name(byte character) => character switch
    {
        (byte)'\t' => "tab",
        NoDelimiter => "none",
        < 0x20 => $"0x{character:x2}",
        _ => ((char)character).ToString(),
    };
}
