using System.Diagnostics;
using ModelOps.DataPrep.Labelling;
using ModelOps.Features.Text;

namespace ModelOps.Bench.Labels;

/// <summary>The service's text neighbours with its calibration, beside multinomial naive Bayes.</summary>
internal static class Neighbours
{
    /// <summary>What the service asks for before it assigns a label.</summary>
    private const double Confidence = .7;

    public static void Measure(LabelledTexts set)
    {
        var labels = set.Known.Select(row => row.Label).Distinct().Order(StringComparer.Ordinal).ToList();
        var numberOf = labels.Select((label, number) => (label, number)).ToDictionary(pair => pair.label, pair => pair.number);
        var watch = Stopwatch.StartNew();
        var opinions = NeighbourOpinions.Learn(set.Known.Select((row, i) => ($"{i}", row.Text, numberOf[row.Label])));
        var model = LabelModel.Majority([], labels.Count);
        var asked = set.Held.AsParallel().AsOrdered().Select(row => (row.Label, Decision: Decision.Of(model, [], opinions.Of(row.Text)))).ToList();
        var right = asked.Count(row => row.Decision.Likely is { Count: > 0 } likely && labels[likely[0].Label] == row.Label);
        var taken = asked.Where(row => row.Decision.Likely.Count > 0).Select(row => (row.Label, Taken: row.Decision.Take(Confidence, labels))).Where(row => row.Taken is not null).ToList();
        var takenRight = taken.Count(row => row.Label == row.Taken!.Value.Label || row.Label.StartsWith(row.Taken.Value.Label + '|', StringComparison.Ordinal));
        var whole = taken.Count(row => numberOf.ContainsKey(row.Taken!.Value.Label));
        Console.WriteLine($"{set.Name}: {labels.Count} labels, {set.Known.Count} known, {set.Held.Count} held out; {watch.Elapsed.TotalSeconds:N1} s");
        Console.WriteLine($"   neighbours      {Share(right, asked.Count)} right (thought: {opinions.Accuracy:P1}); assigned {Share(taken.Count, asked.Count)}, of these right {Share(takenRight, taken.Count)} (thought: {taken.Average(row => row.Taken!.Value.Confidence):P1}), {Share(whole, taken.Count)} as a whole label");
        Console.WriteLine($"   naive Bayes     {Share(NaiveBayes.Right(set), asked.Count)} right");
    }

    private static string Share(int part, int all) => $"{(double)part / Math.Max(1, all):P1}";
}
