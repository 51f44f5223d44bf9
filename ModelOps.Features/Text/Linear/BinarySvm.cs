namespace ModelOps.Features.Text.Linear;

/// <summary>One class against the rest. The bias is a term that every text has.</summary>
internal sealed class BinarySvm
{
    private readonly SparseRows rows;
    private readonly bool[] positive;
    private readonly SvmSettings settings;
    private readonly float[]? freedom; // of a term, 1 where all are alike
    private readonly float[] dual, curvature;
    private readonly float diagonal;

    public BinarySvm(SparseRows rows, bool[] positive, SvmSettings settings)
    {
        (this.rows, this.positive, this.settings) = (rows, positive, settings);
        freedom = settings.BayesShare > 0 ? LogCountRatio.Freedom(rows, positive, settings.BayesShare) : null;
        (Weights, dual, curvature) = (new float[rows.Width], new float[rows.Count], new float[rows.Count]);
        diagonal = .5f / settings.Cost;
        for (var row = 0; row < rows.Count; row++)
        {
            var columns = rows.Columns(row);
            var values = rows.Values(row);
            var sum = 1f + diagonal;
            for (var i = 0; i < columns.Length; i++)
                sum += values[i] * values[i] * (freedom?[columns[i]] ?? 1);
            curvature[row] = sum;
        }
    }

    public float[] Weights { get; }

    public float Bias { get; private set; }

    public void Solve(int seed)
    {
        var order = Enumerable.Range(0, rows.Count).ToArray();
        var random = new Random(seed);
        var (active, highestBefore) = (rows.Count, float.PositiveInfinity);
        for (var pass = 0; pass < settings.Passes; pass++)
        {
            random.Shuffle(order.AsSpan(0, active));
            var (highest, lowest) = (float.NegativeInfinity, float.PositiveInfinity);
            for (var at = 0; at < active; at++)
            {
                var row = order[at];
                var gradient = Gradient(row);
                if (dual[row] == 0 && gradient > highestBefore)
                {
                    (order[at], order[active - 1]) = (order[active - 1], order[at]); // it will hardly move again
                    (active, at) = (active - 1, at - 1);
                    continue;
                }
                var projected = dual[row] == 0 ? Math.Min(gradient, 0) : gradient;
                (highest, lowest) = (Math.Max(highest, projected), Math.Min(lowest, projected));
                if (MathF.Abs(projected) > 1e-12f)
                    Move(row, Math.Max(dual[row] - (gradient / curvature[row]), 0));
            }
            if (highest - lowest > settings.Tolerance)
            {
                highestBefore = highest > 0 ? highest : float.PositiveInfinity;
                continue;
            }
            if (active == rows.Count)
                return;
            (active, highestBefore) = (rows.Count, float.PositiveInfinity);
        }
    }

    private float Gradient(int row)
    {
        var columns = rows.Columns(row);
        var values = rows.Values(row);
        var score = Bias;
        for (var i = 0; i < columns.Length; i++)
            score += Weights[columns[i]] * values[i];
        return (positive[row] ? score : -score) - 1 + (diagonal * dual[row]);
    }

    private void Move(int row, float to)
    {
        var step = (to - dual[row]) * (positive[row] ? 1 : -1);
        dual[row] = to;
        Bias += step;
        var columns = rows.Columns(row);
        var values = rows.Values(row);
        if (freedom is null)
        {
            for (var i = 0; i < columns.Length; i++)
                Weights[columns[i]] += step * values[i];
            return;
        }
        for (var i = 0; i < columns.Length; i++)
            Weights[columns[i]] += step * values[i] * freedom[columns[i]];
    }
}
