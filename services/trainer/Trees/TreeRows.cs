namespace ModelOps.Trainer.Trees;

/// <summary>A table to grow trees on.</summary>
/// <param name="Values">(rows, columns), row by row. NaN is missing; a category is its number from 0 on.</param>
/// <param name="Labels">One a row: a number, 0 or 1, or a class from 0 on, as the objective wants.</param>
public sealed record TreeRows(float[] Values, int Columns, float[] Labels)
{
    /// <summary>What each row counts; null counts all alike.</summary>
    public float[]? Weights { get; init; }

    /// <summary>For ranking: how many rows in turn belong to each question.</summary>
    public int[]? Groups { get; init; }

    /// <summary>Columns whose values are categories without an order.</summary>
    public IReadOnlyList<int> Categorical { get; init; } = [];

    public int Count => Labels.Length;
}
