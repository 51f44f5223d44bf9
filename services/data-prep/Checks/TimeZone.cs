using ModelOps.DataPrep.Sources;

namespace ModelOps.DataPrep.Checks;

/// <summary>Times are kept in UTC: those with another offset are converted, those without one are the shop's local time where its rules name a zone.</summary>
/// <param name="Zone">An IANA name such as <c>Europe/London</c>; null takes times without an offset for UTC.</param>
internal sealed record TimeZone(string? Zone) : RepairCheck("time-zone", "Times of another zone, converted to UTC", Severity.Info)
{
    private const string Offset = @"(length(time_text) > 19 AND NOT ends_with(time_text, 'Z') AND regexp_matches(time_text, ':[0-9.]+ ?[+-][0-9:]+$') AND NOT regexp_matches(time_text, '[+-]00(:?00)?$'))";
    private const string Local = "(time_text[5] = '-' AND regexp_full_match(time_text, '[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-9]{2}(\\.[0-9]+)?)?)?'))";

    public override IReadOnlyList<RowAction> Choices => [RowAction.Repair];

    public override string Condition => Zone is null ? Offset : $"({Offset} OR {Local})";

    public override IReadOnlyDictionary<string, string> Repairs => new Dictionary<string, string>
    {
        ["time"] = Zone is null
            ? "CAST(TRY_CAST(time_text AS TIMESTAMPTZ) AS TIMESTAMP)"
            : $"CASE WHEN {Local} THEN CAST(timezone({Sql.Literal(Zone)}, TRY_CAST(time_text AS TIMESTAMP)) AS TIMESTAMP) ELSE CAST(TRY_CAST(time_text AS TIMESTAMPTZ) AS TIMESTAMP) END",
    };
}
