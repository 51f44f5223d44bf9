using ModelOps.DataPrep.Checks;
using ModelOps.DataPrep.Mapping;

namespace ModelOps.DataPrep.Sources;

/// <summary>Text to values, in DuckDB's SQL; null where the text is none. The same for every table.</summary>
internal static class FieldSql
{
    /// <summary>An expression of the field's type over the text expression <paramref name="text"/>.</summary>
    public static string Value(FieldType type, string text) => type switch
    {
        FieldType.Time => Time(text),
        FieldType.Number => $"TRY_CAST(replace({text}, ',', '.') AS DOUBLE)",
        FieldType.Price => TypedRows.PriceOf(text),
        FieldType.Flag => $"CASE WHEN list_contains(['1', 'true', 't', 'yes', 'y', '1.0', 'ja', 'oui', '是'], lower({text})) THEN true WHEN list_contains(['0', 'false', 'f', 'no', 'n', '0.0', 'nein', 'non', '否'], lower({text})) THEN false END",
        FieldType.Bytes => $"TRY(from_base64({text}))",
        _ => text,
    };

    /// <summary>Digits alone are an epoch; its size tells the unit. A text without an offset is UTC.</summary>
    public static string Time(string text) => $"""
        CASE
            WHEN regexp_matches({text}, '^[0-9]{"{9,11}"}(\.[0-9]+)?$') THEN make_timestamp(CAST(CAST({text} AS DOUBLE) * 1000000 AS BIGINT))
            WHEN regexp_matches({text}, '^[0-9]{"{12,14}"}$') THEN make_timestamp(CAST({text} AS BIGINT) * 1000)
            WHEN regexp_matches({text}, '^[0-9]{"{15,17}"}$') THEN make_timestamp(CAST({text} AS BIGINT))
            ELSE TRY_CAST(TRY_CAST({text} AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS TIMESTAMP) END
        """;
}
