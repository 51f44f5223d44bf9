using ModelOps.Contracts.Runs;
using ModelOps.Trainer.Training;

namespace ModelOps.Trainer.Evaluation;

/// <summary>Lays a model beside its baselines: every metric with its interval, the model's lead over each baseline, and the segments.</summary>
public sealed class ComparisonTable(Interactions interactions, Holdout holdout, int seed)
{
    /// <summary>Of a segment; the others would say nearly the same.</summary>
    private static readonly string[] SegmentMetrics = ["ndcg@10", "recall@10", "recall@20"];

    private readonly int[] itemCounts = holdout.ItemCounts(interactions);

    /// <summary>By ranking, then by the names that <see cref="MetricName"/> describes.</summary>
    /// <param name="rows">The model first: the others are what it is compared with.</param>
    public Dictionary<string, IReadOnlyDictionary<string, double>> Of(params IReadOnlyList<(string Name, Rankings Rankings)> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var table = rows.ToDictionary(row => row.Name, _ => new Dictionary<string, double>());
        Add(table, [.. rows.Select(row => (row.Name, row.Rankings.ByCase()))], null, RankingMetrics.All.Keys);
        foreach (var (name, rankings) in rows)
        {
            foreach (var (metric, value) in CatalogueSpread.Of(rankings.Tops, itemCounts).ToDictionary())
                table[name][metric] = value;
        }
        foreach (var segment in Segment.Of(holdout, interactions).Where(segment => segment.Cases.Count > 0))
            Add(table, [.. rows.Select(row => (row.Name, row.Rankings.ByCase(segment)))], segment.Name, SegmentMetrics);
        return table.ToDictionary(row => row.Key, IReadOnlyDictionary<string, double> (row) => row.Value);
    }

    private void Add(Dictionary<string, Dictionary<string, double>> table, (string Name, RankingMetrics[] ByCase)[] rows, string? segment, IEnumerable<string> metrics)
    {
        var series = new List<(string Row, string Name, double[] Values)>();
        foreach (var metric in metrics)
        {
            var name = MetricName.Of(segment, metric);
            var model = Array.ConvertAll(rows[0].ByCase, row => RankingMetrics.All[metric](row));
            series.Add((rows[0].Name, name, model));
            foreach (var (row, byCase) in rows.Skip(1))
            {
                var values = Array.ConvertAll(byCase, @case => RankingMetrics.All[metric](@case));
                series.Add((row, name, values));
                series.Add((row, MetricName.Lead(name), [.. model.Zip(values, (mine, other) => mine - other)]));
            }
        }
        var intervals = Bootstrap.Of([.. series.Select(one => one.Values)], seed);
        foreach (var ((row, name, values), interval) in series.Zip(intervals))
        {
            table[row][name] = values.DefaultIfEmpty().Average();
            if (values.Length > 1) // one case says nothing about others
                (table[row][MetricName.Low(name)], table[row][MetricName.High(name)]) = (interval.Low, interval.High);
        }
        foreach (var (row, byCase) in rows)
            table[row][MetricName.Of(segment, "cases")] = byCase.Length;
    }
}
