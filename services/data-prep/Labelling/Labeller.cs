using DuckDB.NET.Data;
using ModelOps.Contracts.Datasets;
using ModelOps.Contracts.Reviews;
using ModelOps.DataPrep.Privacy;
using ModelOps.DataPrep.Sources;
using ModelOps.Features.Text;

namespace ModelOps.DataPrep.Labelling;

/// <summary>
/// Labels one column: functions vote in SQL, the label model weighs them by the patterns of their votes (few, whatever the number of rows),
/// neighbours say what they think of a row's text, and both together give a label with a confidence. Enough of it, and the row has it.
/// </summary>
internal sealed class Labeller(DuckDBConnection duck, LabelTask task, LabelTable table, IReadOnlyList<LabelAnswer> answers)
{
    private const int MostLabels = 1000;

    private readonly Dictionary<string, int> numberOf = new(StringComparer.Ordinal);
    private string[] labels = [];
    private LabelModel model = null!;
    private NeighbourOpinions? neighbours;

    public IReadOnlyList<ReviewQuestion> Questions { get; private set; } = [];

    /// <summary>The answers whose rows are there.</summary>
    public IReadOnlyList<LabelAnswer> Found { get; private set; } = [];

    public LabelReport Run(CancellationToken cancellationToken)
    {
        duck.Execute(Subjects);
        using (var appender = Table("answers", "key VARCHAR, label VARCHAR"))
        {
            foreach (var answer in answers)
                appender.CreateRow().AppendValue(answer.Key).AppendValue(answer.Label).EndRow();
        }
        duck.Execute("CREATE OR REPLACE TABLE labelling AS SELECT subjects.*, answers.label AS answer FROM subjects LEFT JOIN answers USING (key)");
        var found = duck.Rows("SELECT key FROM labelling WHERE answer IS NOT NULL", row => row.GetString(0)).ToHashSet(StringComparer.Ordinal);
        Found = [.. answers.Where(answer => found.Contains(answer.Key))];
        var known = duck.Rows("SELECT coalesce(shop, answer) AS label, count(*) FROM labelling GROUP BY ALL HAVING label IS NOT NULL ORDER BY 2 DESC, 1", row => row.GetString(0));
        labels = [.. known.Concat(task.Functions.Select(function => function.Label)).Distinct()];
        foreach (var label in labels.Order(StringComparer.Ordinal))
            numberOf[label] = numberOf.Count;
        var patterns = duck.Rows("SELECT votes, coalesce(shop, answer), count(*) FROM labelling GROUP BY ALL ORDER BY ALL",
            row => new VotePattern(Functions(row.GetString(0)), row.IsDBNull(1) ? -1 : numberOf[row.GetString(1)], row.GetInt64(2)));
        var labelOf = task.Functions.Select(function => numberOf[function.Label]).ToList();
        model = task.Combine == "majority" ? LabelModel.Majority(labelOf, labels.Length) : LabelModel.Learn(labelOf, labels.Length, patterns);
        neighbours = task.Neighbours && known.Count > 1 ? NeighbourOpinions.Learn(duck.Rows("SELECT key, text, more, brand, coalesce(shop, answer) AS label FROM labelling WHERE label IS NOT NULL AND text IS NOT NULL ORDER BY key",
            row => (row.GetString(0), Described(row), numberOf[row.GetString(4)]))) : null;

        var (machine, uncertain, unknown) = Judge(cancellationToken);
        duck.Execute(Labelled);
        var counts = duck.Rows("SELECT count(*), count(shop), count(answer) FILTER (shop IS NULL) FROM labelling", row => (row.GetInt64(0), row.GetInt64(1), row.GetInt64(2)))[0];
        return new LabelReport(task.Table, task.Column, counts.Item1, counts.Item2, counts.Item3, machine, uncertain, unknown,
            FunctionReports.Of(task.Functions, labelOf, patterns, model.Accuracy), [.. labels.Take(MostLabels)])
        { NeighbourAccuracy = neighbours?.Accuracy };
    }

    /// <summary>Every distinct row with its votes, a digit a function.</summary>
    private string Subjects
    {
        get
        {
            var votes = task.Functions.Count == 0 ? "''" : $"concat({string.Join(", ", task.Functions.Select(function => $"CASE WHEN {FunctionSql.Condition(table, function)} THEN '1' ELSE '0' END"))})";
            var shop = table.Has(task.Column) ? $"nullif(trim({task.Column}), '')" : "NULL::VARCHAR";
            var rows = $"SELECT {table.Key} AS key, {HiddenText.Hidden($"({table.Text})")} AS text, {table.More} AS more, {table.Brand} AS brand, {shop} AS shop, {votes} AS votes, {(table.HasTwins ? "position" : "0")} AS position FROM {table.Rows}";
            return table.HasTwins
                ? $"CREATE OR REPLACE TABLE subjects AS SELECT key, arg_min(text, position) AS text, arg_min(more, position) AS more, arg_min(brand, position) AS brand, arg_min(shop, position) AS shop, arg_min(votes, position) AS votes FROM ({rows}) WHERE key IS NOT NULL GROUP BY key ORDER BY key"
                : $"CREATE OR REPLACE TABLE subjects AS SELECT * EXCLUDE (position) FROM ({rows}) WHERE key IS NOT NULL ORDER BY key";
        }
    }

    /// <summary>Decides on each row that neither the shop nor a person did.</summary>
    private (long Machine, long Uncertain, long Unknown) Judge(CancellationToken cancellationToken)
    {
        using var decided = Table("decided", "key VARCHAR, label VARCHAR, source VARCHAR, confidence DOUBLE");
        var questions = new ReviewQuestions(duck, task, table, labels: [.. numberOf.Keys]);
        var (machine, uncertain, unknown) = (0L, 0L, 0L);
        var rows = duck.Rows("SELECT key, text, more, brand, votes FROM labelling WHERE shop IS NULL AND answer IS NULL ORDER BY key",
            row => (Key: row.GetString(0), Text: Described(row), Votes: row.GetString(4)));
        foreach (var part in rows.Chunk(4096))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var opinions = part.AsParallel().AsOrdered().Select(row => Decision.Of(model, Functions(row.Votes), neighbours?.Of(row.Text))).ToList();
            foreach (var (row, decision) in part.Zip(opinions))
            {
                if (decision.Likely.Count == 0)
                    unknown++;
                else if (decision.Take(task.Confidence, questions.Labels) is var (label, confidence))
                {
                    machine++;
                    decided.CreateRow().AppendValue(row.Key).AppendValue(label).AppendValue(decision.Functions.Count > 0 ? "functions" : "neighbours").AppendValue(Math.Round(confidence, 4)).EndRow();
                }
                else
                {
                    uncertain++;
                    questions.Offer(row.Key, row.Text.Title, decision, task.Functions, neighbours);
                }
            }
        }
        Questions = questions.Take();
        return (machine, uncertain, unknown);
    }

    /// <summary>The rows with the column, whose it is, and how sure. What the shop says stands; then what a person says; then a machine.</summary>
    private string Labelled
    {
        get
        {
            var (column, has) = (Sql.Name(task.Column), table.Has(task.Column));
            var own = has ? $"nullif(trim({column}), '')" : "NULL::VARCHAR";
            var twins = table.HasTwins ? " UNION ALL SELECT key, shop, 'shop', NULL FROM labelling WHERE shop IS NOT NULL" : "";
            return $"""
                CREATE OR REPLACE TABLE labelled AS
                SELECT t.* {(has ? $"REPLACE (coalesce({own}, given.label) AS {column})" : $", given.label AS {column}")},
                    CASE WHEN {own} IS NOT NULL THEN 'shop' ELSE given.source END AS {Sql.Name(task.Column + "_source")},
                    CASE WHEN {own} IS NULL THEN given.confidence END AS {Sql.Name(task.Column + "_confidence")}
                FROM {table.Rows} t LEFT JOIN (
                    SELECT key, answer AS label, 'person' AS source, 1.0::DOUBLE AS confidence FROM labelling WHERE shop IS NULL AND answer IS NOT NULL
                    UNION ALL SELECT key, label, source, confidence FROM decided{twins}) given ON given.key = {table.Key};
                DROP TABLE {table.Rows};
                ALTER TABLE labelled RENAME TO {table.Rows}
                """;
        }
    }

    private DuckDBAppender Table(string name, string columns)
    {
        duck.Execute($"CREATE OR REPLACE TABLE {name} ({columns})");
        return duck.CreateAppender(name);
    }

    private static IReadOnlyList<int> Functions(string votes) => [.. Enumerable.Range(0, votes.Length).Where(function => votes[function] == '1')];

    private static DescribedText Described(System.Data.Common.DbDataReader row) => new(Text(row, 1), Text(row, 2), Text(row, 3));

    private static string? Text(System.Data.Common.DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}
