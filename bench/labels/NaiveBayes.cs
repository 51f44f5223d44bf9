// Rennie et al.: Tackling the poor assumptions of naive Bayes text classifiers. 2003
namespace ModelOps.Bench.Labels;

/// <summary>The peer: multinomial naive Bayes over the same words and weights, smoothing .1.</summary>
internal static class NaiveBayes
{
    private const double Smoothing = .1;

    public static int Right(LabelledTexts set)
    {
        var labels = set.Known.GroupBy(row => row.Label).OrderBy(group => group.Key, StringComparer.Ordinal).ToList();
        var words = new HashSet<string>();
        var counts = labels.Select(label =>
        {
            var of = new Dictionary<string, double>();
            foreach (var (word, weight) in label.SelectMany(row => row.Text.Weighted()))
            {
                of[word] = of.GetValueOrDefault(word) + weight;
                words.Add(word);
            }
            return (Words: of, All: of.Values.Sum(), Prior: Math.Log((double)label.Count() / set.Known.Count));
        }).ToList();
        return set.Held.AsParallel().Count(row =>
        {
            var asked = row.Text.Weighted().Where(word => words.Contains(word.Word)).ToList();
            var best = Enumerable.Range(0, counts.Count).MaxBy(label => counts[label].Prior
                + asked.Sum(word => word.Weight * Math.Log((counts[label].Words.GetValueOrDefault(word.Word) + Smoothing) / (counts[label].All + Smoothing * words.Count))));
            return labels[best].Key == row.Label;
        });
    }
}
