using ModelOps.Search.Queries;

namespace ModelOps.Search.Learning;

/// <summary>Makes judgements of clicks: how much each product attracts for a query, the position's part taken out, on the scale of explicit grades.</summary>
public static class ClickJudgements
{
    /// <summary>What the most attractive product of a query is worth. One below the best explicit grade: a click says less than a judge.</summary>
    private const double Best = 2;

    /// <summary>A purchase counts as so many clicks more.</summary>
    private const double Purchase = 3;

    /// <summary>A query with fewer clicks says nothing.</summary>
    private const long FewestClicks = 5;

    /// <summary>So often a product must have been shown, where it may have been looked at, to be worth a grade.</summary>
    private const double FewestLooks = 3;

    /// <param name="judged">Queries that people judged, in any writing: their word counts, and what was clicked for these is left out.</param>
    /// <param name="most">At most so many, those with the most clicks.</param>
    /// <returns>By query, in an order of the queries alone.</returns>
    public static List<JudgedQuery> Of(IReadOnlyList<PlaceClicks> rows, PositionModel model, IEnumerable<string> judged, int most = int.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(judged);
        var forms = judged.Select(QueryForm.Of).ToHashSet(StringComparer.Ordinal);
        return [.. rows.GroupBy(row => row.Query).Select(query => (Text: query.Key, Clicks: query.Sum(row => row.Clicked), Rows: query))
            .Where(query => query.Clicks >= FewestClicks && !forms.Contains(QueryForm.Of(query.Text)))
            .OrderByDescending(query => query.Clicks).ThenBy(query => query.Text, StringComparer.Ordinal)
            .Select(query => Judge(query.Text, query.Rows, model)).Where(query => query.CanRank).Take(most)
            .OrderBy(query => query.Text, StringComparer.Ordinal)];
    }

    private static JudgedQuery Judge(string query, IEnumerable<PlaceClicks> rows, PositionModel model)
    {
        var worth = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var item in rows.GroupBy(row => row.Item))
        {
            var looks = item.Sum(row => row.Shown * model.Examined[row.Place - 1]);
            if (looks >= FewestLooks)
                worth[item.Key] = model.AttractionOf(query, item.Key)!.Value * (1 + Purchase * item.Sum(row => row.Bought) / Math.Max(1, item.Sum(row => row.Clicked)));
        }
        var most = worth.Values.DefaultIfEmpty(0).Max();
        return new JudgedQuery(query, worth.ToDictionary(pair => pair.Key, pair => most > 0 ? Math.Round(Best * pair.Value / most, 3) : 0)) { FromClicks = true };
    }
}
