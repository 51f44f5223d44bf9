using ModelOps.Contracts.Events;

namespace ModelOps.DataPrep.Checks;

/// <summary>
/// The table <c>staged</c>: every row as it was read, typed and repaired in the pass that reads it. Rows stand in the order of
/// their sources and within them of their lines, so <c>rowid</c> is the order of the input. A raw text is kept where it could not be read.
/// </summary>
internal sealed class TypedRows(CheckList checks)
{
    public const string Table = """
        CREATE TABLE staged (
            source INTEGER, row BIGINT, user_id VARCHAR, item_id VARCHAR, event VARCHAR, time TIMESTAMP, quantity INTEGER, price DOUBLE, session_id VARCHAR, title VARCHAR,
            time_text VARCHAR, quantity_text VARCHAR, price_text VARCHAR, repairs INTEGER)
        """;

    /// <summary>What exports write where there is nothing.</summary>
    private static readonly string[] Nothing = ["", "null", "NULL", "None", "nan", "NaN", "N/A", "(not set)", "undefined"];

    private const string Time = """
        CASE
            WHEN time_text[5] = '-' AND (length(time_text) <= 19 OR ends_with(time_text, 'Z')) THEN TRY_CAST(time_text AS TIMESTAMP)
            WHEN regexp_full_match(time_text, '[0-9]{9,11}(\.[0-9]+)?') THEN make_timestamp(CAST(CAST(time_text AS DOUBLE) * 1000000 AS BIGINT))
            WHEN regexp_full_match(time_text, '[0-9]{12,14}') THEN make_timestamp(CAST(time_text AS BIGINT) * 1000)
            WHEN regexp_full_match(time_text, '[0-9]{15,17}') THEN make_timestamp(CAST(time_text AS BIGINT))
            ELSE CAST(TRY_CAST(time_text AS TIMESTAMPTZ) AS TIMESTAMP) END
        """;

    private const string Quantity = """
        CASE WHEN quantity_text IS NULL THEN CASE WHEN event_name = 'refund' THEN -1 ELSE 1 END
            WHEN quantity_number = floor(quantity_number) THEN TRY_CAST(CASE WHEN event_name = 'refund' THEN -abs(quantity_number) ELSE quantity_number END AS INTEGER) END
        """;

    /// <summary>The names' synonyms as branches: a join might hand the rows on in another order. GA4's refund is what a shop's order lines write as a purchase of less than nothing.</summary>
    private static readonly string Event = $"CASE event_name WHEN 'refund' THEN '{EventNames.Purchase}' {string.Concat(EventNames.Accepted.Select(pair => $"WHEN '{pair.Key.ToLowerInvariant()}' THEN '{pair.Value}' "))}ELSE event END";

    /// <summary>SQL that inserts the rows of <paramref name="texts"/>: a query of row, user_id, item_id, event, time_text, quantity_text, price_text, session_id, title.</summary>
    public string Insert(int source, string texts)
    {
        var columns = new Dictionary<string, string>
        {
            ["user_id"] = "user_id",
            ["item_id"] = "item_id",
            ["event"] = Event,
            ["time"] = Time,
            ["quantity"] = Quantity,
            ["price"] = PriceOf("price_text", "price_number"),
            ["session_id"] = "session_id",
            ["title"] = "title",
        };
        foreach (var (check, bit) in checks.Repairs)
            foreach (var (column, value) in check.Repairs)
                columns[column] = $"CASE WHEN repair_{bit} THEN {value} ELSE {columns[column]} END";
        var repairs = string.Join(" | ", checks.Repairs.Select(repair => $"CASE WHEN repair_{repair.Bit} THEN {repair.Bit} ELSE 0 END").DefaultIfEmpty("0"));
        // What several columns ask for is found once, in a query of its own. As branches, because DuckDB leaves what is behind a branch, not behind an AND.
        var found = string.Concat(checks.Repairs.Select(repair => $", CASE WHEN {repair.Check.Condition} THEN true ELSE false END AS repair_{repair.Bit}"));
        return $"""
            INSERT INTO staged
            SELECT source, row, user_id, item_id, event, time, quantity, price, session_id, title,
                CASE WHEN time IS NULL THEN time_text END, CASE WHEN quantity IS NULL THEN quantity_text END, CASE WHEN price IS NULL THEN price_text END, repairs
            FROM (SELECT {source} AS source, row, {string.Join(", ", columns.Select(column => $"{column.Value} AS {column.Key}"))}, time_text, quantity_text, price_text, {repairs} AS repairs
                FROM (SELECT *, lower(event) AS event_name, TRY_CAST(quantity_text AS DOUBLE) AS quantity_number, TRY_CAST(price_text AS DOUBLE) AS price_number{found}
                FROM (SELECT row, {Present("user_id")} AS user_id, {Present("item_id")} AS item_id, event, time_text, quantity_text, price_text, session_id, title FROM ({texts}))))
            """;
    }

    /// <summary>
    /// An amount as shops write it: <c>12.5</c>, <c>9 EUR</c>, <c>$1,234.50</c>, <c>1.234,50 €</c>, <c>12,99</c>, <c>1 234,50 €</c>, <c>1'234.50 CHF</c>, <c>-£12.50</c>.
    /// Null where the text has no number, or more than one.
    /// </summary>
    /// <param name="number">SQL that reads the text as a plain number.</param>
    public static string PriceOf(string text, string number) => $$"""
        CASE
            WHEN isfinite({{number}}) THEN {{number}}
            WHEN regexp_full_match({{text}}, '[^0-9]*[1-9][0-9]{0,2}(,[0-9]{3})+(\.[0-9]+)?[^0-9]*') THEN {{Signed(text, $"replace({Digits(text)}, ',', '')")}}
            WHEN regexp_full_match({{text}}, '[^0-9]*([1-9][0-9]{0,2}(\.[0-9]{3})+|[0-9]+),[0-9]+[^0-9]*') THEN {{Signed(text, $"replace(replace({Digits(text)}, '.', ''), ',', '.')")}}
            WHEN regexp_full_match({{text}}, '[^0-9]*[1-9][0-9]{0,2}(\.[0-9]{3}){2,}[^0-9]*') THEN {{Signed(text, $"replace({Digits(text)}, '.', '')")}}
            WHEN regexp_full_match({{text}}, '[^0-9]*[1-9][0-9]{0,2}([{{Gaps}}][0-9]{3})+([.,][0-9]+)?[^0-9]*') THEN {{Signed(text, $"replace(regexp_replace({Digits(text)}, '[{Gaps}]', '', 'g'), ',', '.')")}}
            WHEN regexp_full_match({{text}}, '[^0-9]*[0-9]+(\.[0-9]+)?[^0-9]*') THEN {{Signed(text, Digits(text))}} END
        """;

    /// <summary>Between thousands in French, Swiss and SI writing: spaces that break or do not, apostrophes.</summary>
    private const string Gaps = " \u00A0\u202F\u2009''\u2019";

    private static string Digits(string text) => $"regexp_extract({text}, '[0-9]([0-9.,{Gaps}]*[0-9])?')";

    /// <summary>The sign may stand before the currency, or after all.</summary>
    private static string Signed(string text, string digits) => $"TRY_CAST(CASE WHEN regexp_matches({text}, '^[^0-9]*[-\u2212]|[0-9][-\u2212]([^0-9]|$)') THEN '-' ELSE '' END || {digits} AS DOUBLE)";

    public static string PriceOf(string text) => PriceOf(text, $"TRY_CAST({text} AS DOUBLE)");

    /// <summary>As branches: of <c>IN</c> with so many values DuckDB makes a join, behind which it inserts block by block as they are done.</summary>
    public static string Present(string column) => $"CASE {column} {string.Concat(Nothing.Select(nothing => $"WHEN '{nothing}' THEN NULL "))}ELSE {column} END";
}
