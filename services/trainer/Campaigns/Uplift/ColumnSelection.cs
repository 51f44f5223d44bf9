using MathNet.Numerics.Distributions;
using ModelOps.Features.Tables;
using ModelOps.Trainer.Campaigns.Learners;
using ModelOps.Trainer.Onnx;

namespace ModelOps.Trainer.Campaigns.Uplift;

/// <summary>
/// Looks first for the columns with which uplift changes at all, and lets another learner see only these: most of what tells responders apart
/// says nothing about who is changed, and is noise to an uplift model. Columns join one by one while the doubly robust scores' regression gains
/// significantly by them (the χ² of the residual sum of squares; Semenova and Chernozhukov, Econometrics Journal 24, 2021, give its validity).
/// </summary>
/// <param name="outcome">Learns the scores' expectations.</param>
/// <param name="level">Of the test that a column has to pass.</param>
public sealed class ColumnSelection(IUpliftLearner learner, ILearner outcome, double level = 0.05) : IUpliftLearner
{
    private const int ScoreFolds = 5;

    public string Name => $"{learner.Name}, selected columns";

    public IUplift Learn(UpliftRows rows, int seed)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var columns = Select(rows.Table, DrLearner.Scores(rows, outcome, ScoreFolds, seed));
        // Where nothing passes, everybody's uplift is about the same; the learner sees the first column, so that there is a model at all.
        if (columns.Count == 0)
            columns = [0];
        return new Selected(columns, learner.Learn(rows with { Table = rows.Table.Narrowed(columns) }, seed));
    }

    /// <summary>The columns that pass, in the order in which they joined.</summary>
    internal IReadOnlyList<int> Select(TableRows rows, float[] scores)
    {
        var all = new ScoreMoments(rows, scores);
        var chosen = new List<int>();
        var (residual, rank) = all.Fit([]);
        while (true)
        {
            var (best, bestP, bestFit) = (-1, level, (Residual: residual, Rank: rank));
            foreach (var column in Enumerable.Range(0, rows.Columns).Except(chosen))
            {
                var fit = all.Fit([.. chosen, column]);
                var gained = fit.Rank - rank;
                if (gained <= 0)
                    continue;
                var statistic = (residual - fit.Residual) / (fit.Residual / (rows.Count - fit.Rank));
                var p = 1 - ChiSquared.CDF(gained, Math.Max(0, statistic));
                if (p < bestP)
                    (best, bestP, bestFit) = (column, p, fit);
            }
            if (best < 0)
                return chosen;
            chosen.Add(best);
            (residual, rank) = bestFit;
        }
    }

    private sealed class Selected(IReadOnlyList<int> columns, IUplift uplift) : IUplift
    {
        public double[] Predict(TableRows rows) => uplift.Predict(rows.Narrowed(columns));

        public string Export(GraphBuilder graph, string features, TableSchema schema) =>
            uplift.Export(graph, DesignGraph.Narrow(graph, features, columns), schema.Narrowed(columns));
    }

    /// <summary>Cross products of the design and the scores, from which every regression on some of the columns follows.</summary>
    private sealed class ScoreMoments
    {
        private readonly double[,] products; // (width + 2)²: the design, a constant, the scores
        private readonly int[][] designOf;
        private readonly int constant, target;

        public ScoreMoments(TableRows rows, float[] scores)
        {
            (constant, target) = (rows.Width, rows.Width + 1);
            designOf = [.. Enumerable.Range(0, rows.Columns).Select(column => Enumerable.Range(0, rows.Width).Where(i => rows.Schema.Design[i].Source == column).ToArray())];
            products = new double[rows.Width + 2, rows.Width + 2];
            var row = new double[rows.Width + 2];
            for (var r = 0; r < rows.Count; r++)
            {
                LogisticLearner.Widen(rows.Design.AsSpan(r * rows.Width, rows.Width), row);
                (row[constant], row[target]) = (1, scores[r]);
                for (var i = 0; i < row.Length; i++)
                {
                    if (row[i] == 0)
                        continue;
                    for (var j = 0; j <= i; j++)
                        products[i, j] += row[i] * row[j];
                }
            }
        }

        /// <summary>Sweeps the columns out of the products (Goodnight, 1979); one that the others give already is passed over.</summary>
        public (double Residual, int Rank) Fit(IReadOnlyList<int> columns)
        {
            int[] places = [constant, .. columns.SelectMany(column => designOf[column]), target];
            var size = places.Length;
            var matrix = new double[size, size];
            for (var i = 0; i < size; i++)
            {
                for (var j = 0; j < size; j++)
                    matrix[i, j] = products[Math.Max(places[i], places[j]), Math.Min(places[i], places[j])];
            }
            var rank = 0;
            for (var pivot = 0; pivot < size - 1; pivot++)
            {
                var value = matrix[pivot, pivot];
                if (value <= 1e-9 * products[places[pivot], places[pivot]])
                    continue;
                rank++;
                for (var i = pivot + 1; i < size; i++)
                {
                    var factor = matrix[i, pivot] / value;
                    for (var j = pivot + 1; j < size; j++)
                        matrix[i, j] -= factor * matrix[pivot, j];
                }
            }
            return (matrix[size - 1, size - 1], rank);
        }
    }
}
