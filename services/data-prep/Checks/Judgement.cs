namespace ModelOps.DataPrep.Checks;

/// <summary>What the checks of single rows say of the rows at hand.</summary>
/// <param name="Read">All rows, those that are put aside too.</param>
/// <param name="Found">By the check's name.</param>
internal sealed record Judgement(long Read, long Dropped, long Quarantined, IReadOnlyDictionary<string, Found> Found)
{
    /// <summary>Of all rows, from what was found in parts of them.</summary>
    public static Judgement Sum(IReadOnlyList<Judgement> parts) => new(parts.Sum(part => part.Read), parts.Sum(part => part.Dropped), parts.Sum(part => part.Quarantined),
        parts.SelectMany(part => part.Found).GroupBy(found => found.Key).ToDictionary(found => found.Key, found => Checks.Found.Sum([.. found.Select(pair => pair.Value)])));
}

/// <summary>A check's findings: how many, and the first ones in the order of the input.</summary>
internal sealed record Found(long Rows, IReadOnlyList<FoundRow> Samples)
{
    public const int MostSamples = 5;

    public static Found None { get; } = new(0, []);

    public static Found Sum(IReadOnlyList<Found> parts) =>
        new(parts.Sum(part => part.Rows), [.. parts.SelectMany(part => part.Samples).OrderBy(sample => sample.Source).ThenBy(sample => sample.Row).Take(MostSamples)]);
}

/// <param name="Source">The number of the row's source and …</param>
/// <param name="Row">… the row's within it: together the order of the input.</param>
internal sealed record FoundRow(int Source, long Row, string Text);
