namespace ModelOps.DataPrep.Labelling;

/// <summary>What machines think of a row.</summary>
/// <param name="Likely">The likeliest label first.</param>
/// <param name="Functions">Those that voted.</param>
/// <param name="Opinions">What the neighbours say.</param>
internal sealed record Decision(IReadOnlyList<(int Label, double Probability)> Likely, IReadOnlyList<int> Functions, IReadOnlyList<Opinion> Opinions)
{
    private const char Step = '|';

    public double Margin => Likely.Count == 0 ? 0 : Likely[0].Probability - (Likely.Count > 1 ? Likely[1].Probability : 0);

    public static Decision Of(LabelModel model, IReadOnlyList<int> functions, IReadOnlyList<Opinion>? opinions) =>
        functions.Count == 0
            ? new Decision([.. (opinions ?? []).Select(opinion => (opinion.Label, opinion.Probability))], functions, opinions ?? [])
            : new Decision(model.Judge(functions, opinions?.Select(opinion => (opinion.Label, opinion.Probability)).ToList()), functions, opinions ?? []);

    /// <summary>
    /// The label that is likely enough. Of a category that is a path (<c>Hair Care|Shampoos</c>), as many steps as are: the labels that
    /// share them are likely together.
    /// </summary>
    /// <returns>Null when none is.</returns>
    public (string Label, double Confidence)? Take(double confidence, IReadOnlyList<string> labels)
    {
        if (Likely[0].Probability >= confidence)
            return (labels[Likely[0].Label], Likely[0].Probability);
        var steps = labels[Likely[0].Label].Split(Step);
        for (var depth = steps.Length - 1; depth >= 1; depth--)
        {
            var path = string.Join(Step, steps[..depth]);
            var together = Likely.Where(label => labels[label.Label] == path || labels[label.Label].StartsWith(path + Step, StringComparison.Ordinal)).Sum(label => label.Probability);
            if (together >= confidence)
                return (path, Math.Min(together, .99));
        }
        return null;
    }
}
