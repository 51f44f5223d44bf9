using ModelOps.Contracts.Datasets;

namespace ModelOps.DataPrep.Labelling;

/// <summary>Coverage, overlap, conflict and accuracy of functions, from the patterns of their votes.</summary>
internal static class FunctionReports
{
    public static IReadOnlyList<FunctionReport> Of(IReadOnlyList<LabellingFunction> functions, IReadOnlyList<int> labelOf, IReadOnlyList<VotePattern> patterns, IReadOnlyList<double> accuracy)
    {
        var rows = Math.Max(1, patterns.Sum(pattern => pattern.Rows));
        return [.. functions.Select((function, number) =>
        {
            var voted = patterns.Where(pattern => pattern.Functions.Contains(number)).ToList();
            long Sum(Func<VotePattern, bool> where) => voted.Where(where).Sum(pattern => pattern.Rows);
            double Share(Func<VotePattern, bool> where) => Math.Round((double)Sum(where) / rows, 4);
            return new FunctionReport(function.Name, function.Label, Sum(_ => true), Share(_ => true),
                Share(pattern => pattern.Functions.Count > 1), Share(pattern => pattern.Functions.Any(other => labelOf[other] != labelOf[number])),
                Math.Round(accuracy[number], 4), Sum(pattern => pattern.Truth >= 0), Sum(pattern => pattern.Truth == labelOf[number]));
        })];
    }
}
