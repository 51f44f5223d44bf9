namespace ModelOps.Trainer.Evaluation;

/// <summary>What one scorer puts first for each case, in the order of the holdout's cases: rankings of one evaluator can be compared case by case.</summary>
/// <param name="Tops">By case: at most <see cref="RankingMetrics.Depth"/> indices, best first.</param>
public sealed record Rankings(IReadOnlyList<EvaluationCase> Cases, int[][] Tops)
{
    /// <summary>By case.</summary>
    public RankingMetrics[] ByCase() => [.. Cases.Select((@case, i) => RankingMetrics.Of(Tops[i], @case.Relevant))];

    /// <summary>Of the cases of a segment, in its order.</summary>
    public RankingMetrics[] ByCase(Segment segment)
    {
        ArgumentNullException.ThrowIfNull(segment);
        return [.. segment.Cases.Select(part => RankingMetrics.Of(Tops[part.Case], part.Relevant))];
    }
}
