namespace ModelOps.Search.Learning;

/// <summary>A query and how well products answer it.</summary>
/// <param name="Grades">0 (not at all) and above, by product id; what is not here was not judged and counts as 0.</param>
public sealed record JudgedQuery(string Text, IReadOnlyDictionary<string, double> Grades)
{
    /// <summary>Made of clicks, which count less than people's judgements.</summary>
    public bool FromClicks { get; init; }

    /// <summary>Without a product that answers it, no ranking is better than another.</summary>
    public bool CanRank => Grades.Values.Any(grade => grade > 0);
}
