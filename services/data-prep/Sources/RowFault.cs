namespace ModelOps.DataPrep.Sources;

/// <summary>What is wrong with a row that cannot be read. The names are stable; they stand in the quarantine and in the report.</summary>
internal static class RowFault
{
    public const string UnclosedQuote = "unclosed-quote";
    public const string TextAfterQuote = "text-after-quote";
    public const string TooFewColumns = "too-few-columns";
    public const string TooManyColumns = "too-many-columns";
    public const string BrokenEncoding = "broken-encoding";
    public const string RowTooLong = "row-too-long";
    public const string BrokenJson = "broken-json";
    public const string BrokenPage = "broken-page";
    public const string MissingValue = "missing-value";
    public const string UnreadableValue = "unreadable-value";
}
