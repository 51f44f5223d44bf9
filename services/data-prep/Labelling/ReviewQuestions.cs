using DuckDB.NET.Data;
using ModelOps.Contracts.Datasets;
using ModelOps.Contracts.Reviews;
using ModelOps.DataPrep.Privacy;
using ModelOps.DataPrep.Sources;

namespace ModelOps.DataPrep.Labelling;

/// <summary>Gathers what machines are not sure of, the closest calls first, as many as the task allows.</summary>
internal sealed class ReviewQuestions(DuckDBConnection duck, LabelTask task, LabelTable table, IReadOnlyList<string> labels)
{
    /// <summary>Digits choose.</summary>
    private const int MostCandidates = 9;

    private const int LongestText = 4000;

    private readonly PriorityQueue<Asked, (double, string)> closest = new(Comparer<(double Margin, string Key)>.Create((a, b) =>
        a.Margin == b.Margin ? string.CompareOrdinal(b.Key, a.Key) : b.Margin.CompareTo(a.Margin)));

    private sealed record Asked(string Key, string Text, string Reason, double Margin, IReadOnlyList<(int Label, double Probability, IReadOnlyList<string> Functions, string? Nearest)> Candidates);

    /// <summary>By number.</summary>
    public IReadOnlyList<string> Labels => labels;

    public void Offer(string key, string? text, Decision decision, IReadOnlyList<LabellingFunction> functions, NeighbourOpinions? neighbours)
    {
        if (task.Reviews == 0)
            return;
        var margin = Math.Round(decision.Margin, 6);
        if (closest.Count == task.Reviews && closest.TryPeek(out _, out var furthest) && (margin > furthest.Item1 || (margin == furthest.Item1 && string.CompareOrdinal(key, furthest.Item2) > 0)))
            return;
        var voted = decision.Functions.Select(function => functions[function]).ToList();
        var reason = voted.Select(function => function.Label).Distinct().Count() > 1 ? "conflict" : "uncertain";
        var candidates = decision.Likely.Take(MostCandidates).Select(label => (label.Label, label.Probability,
            (IReadOnlyList<string>)[.. voted.Where(function => function.Label == labels[label.Label]).Select(function => function.Name)],
            decision.Opinions.Where(opinion => opinion.Label == label.Label).Select(opinion => neighbours?.KeyOf(opinion.Nearest)).FirstOrDefault())).ToList();
        closest.Enqueue(new Asked(key, text ?? "", reason, margin, candidates), (margin, key));
        if (closest.Count > task.Reviews)
            closest.Dequeue();
    }

    public IReadOnlyList<ReviewQuestion> Take()
    {
        var asked = closest.UnorderedItems.Select(item => item.Element).OrderBy(question => question.Margin).ThenBy(question => question.Key, StringComparer.Ordinal).ToList();
        if (asked.Count == 0)
            return [];
        var texts = Look("SELECT key, left(text, 200) FROM labelling", "key", asked.SelectMany(question => question.Candidates).Select(candidate => candidate.Nearest).OfType<string>());
        // Twins look the same to who reads them: the first stands for them.
        var details = Look($"SELECT {table.Key} AS key, {HiddenText.HiddenFree("CAST(to_json(shown) AS VARCHAR)")} FROM {table.Rows} shown{(table.HasTwins ? " ORDER BY position" : "")}", "key", asked.Select(question => question.Key));
        return [.. asked.Select(question => new ReviewQuestion(task.Table, task.Column, question.Key, Cut(question.Text), details.GetValueOrDefault(question.Key, "{}").Replace("\\u0000", "", StringComparison.Ordinal), question.Reason, question.Margin,
            [.. question.Candidates.Select(candidate => new ReviewCandidate(labels[candidate.Label], Math.Round(candidate.Probability, 4),
                [.. candidate.Functions, .. candidate.Nearest is { } nearest && texts.TryGetValue(nearest, out var text) ? new[] { $"“{text}”" } : []]))]))];
    }

    private Dictionary<string, string> Look(string query, string key, IEnumerable<string> keys)
    {
        duck.Execute("CREATE OR REPLACE TABLE wanted (key VARCHAR)");
        using (var appender = duck.CreateAppender("wanted"))
        {
            foreach (var wanted in keys.Distinct())
                appender.CreateRow().AppendValue(wanted).EndRow();
        }
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        duck.Rows($"SELECT * FROM ({query}) WHERE {key} IN (SELECT key FROM wanted)", row => row.IsDBNull(1) || found.TryAdd(row.GetString(0), row.GetString(1)));
        return found;
    }

    /// <summary>Not within a pair of surrogates, and without what PostgreSQL does not take.</summary>
    private static string Cut(string text)
    {
        text = text.Replace("\0", "", StringComparison.Ordinal);
        return text.Length <= LongestText ? text : text[..(char.IsHighSurrogate(text[LongestText - 1]) ? LongestText - 1 : LongestText)] + "…";
    }
}
