using System.Globalization;
using System.Text.Json;
using DuckDB.NET.Data;
using ModelOps.Contracts.Reviews;
using ModelOps.DataPrep.Labelling;
using ModelOps.DataPrep.Sources;

namespace ModelOps.DataPrep.SearchLog;

/// <summary>
/// Asks people how well products answer the queries that are asked most, and takes their grades into the version's judgements. The question's
/// key is the pair itself, so that a grade stays when the log has forgotten who asked. What shoppers did with it is not told: it would sway who judges.
/// </summary>
internal static class PairsToJudge
{
    public const string Table = "judgements", Column = "grade";

    private const int MostQuestions = 200, LastPlace = 10;
    private const char Between = '\u001f';

    /// <summary>0: no answer to the query. 1: near it. 2: answers it. 3: exactly what was asked for.</summary>
    public static IReadOnlyList<string> Grades { get; } = ["0", "1", "2", "3"];

    /// <summary>Needs <c>catalogue</c> and what <see cref="SearchTables.Prepare"/> makes; comes before judgements are labelled.</summary>
    public static (IReadOnlyList<ReviewQuestion> Questions, IReadOnlyList<LabelAnswer> Found) Run(DuckDBConnection duck, IReadOnlyList<LabelAnswer> answers)
    {
        var given = answers.Where(answer => (answer.Table, answer.Column) == (Table, Column) && answer.Key.Contains(Between, StringComparison.Ordinal)).ToList();
        Take(duck, given);
        return (Ask(duck), given);
    }

    private static void Take(DuckDBConnection duck, List<LabelAnswer> answers)
    {
        foreach (var (row, answer) in answers.Index())
        {
            var at = answer.Key.IndexOf(Between, StringComparison.Ordinal);
            var (query, item) = (Sql.Literal(answer.Key[..at]), Sql.Literal(answer.Key[(at + 1)..]));
            duck.Execute($"""
                INSERT INTO staged_{Table} (source, row, query, item_id, grade, title)
                SELECT {EventLogSource.Number}, {row.ToString(CultureInfo.InvariantCulture)}, {query}, {item}, {Sql.Literal(answer.Label)}, (SELECT title FROM catalogue WHERE item_id = {item})
                """);
        }
    }

    private static List<ReviewQuestion> Ask(DuckDBConnection duck) => duck.Rows($"""
        SELECT pairs.query, item_id, title, brand, price, asked
        FROM (
            SELECT query, item_id, sum(shown) AS shown
            FROM ({SearchTables.Places}) WHERE place <= {LastPlace} GROUP BY query, item_id) AS pairs
            JOIN (SELECT query, count(*) AS asked FROM search_outcomes JOIN asked_queries USING (form) GROUP BY query) AS queries USING (query)
            JOIN catalogue USING (item_id)
        WHERE NOT EXISTS (SELECT 1 FROM staged_{Table} known WHERE lower(known.query) = lower(pairs.query) AND known.item_id = pairs.item_id)
        ORDER BY asked DESC, query, shown DESC, item_id LIMIT {MostQuestions}
        """, row => (Query: row.GetString(0), Item: row.GetString(1), Title: Text(row, 2), Brand: Text(row, 3), Price: row.IsDBNull(4) ? null : Convert.ToString(row.GetValue(4), CultureInfo.InvariantCulture), Asked: row.GetInt64(5)))
        .Select(pair => new ReviewQuestion(Table, Column, $"{pair.Query}{Between}{pair.Item}", $"{pair.Query} → {pair.Title ?? pair.Item}",
            JsonSerializer.Serialize(new { query = pair.Query, item_id = pair.Item, title = pair.Title, brand = pair.Brand, price = pair.Price, asked = pair.Asked }, JsonSerializerOptions.Web),
            "uncertain", 1.0 / (1 + pair.Asked), [.. Grades.Select(grade => new ReviewCandidate(grade, 1.0 / Grades.Count, []))])).ToList();

    private static string? Text(System.Data.Common.DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}
