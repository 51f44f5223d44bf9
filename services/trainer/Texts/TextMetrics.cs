// Järvelin, Kekäläinen: Cumulated gain-based evaluation of IR techniques. 2002, https://doi.org/10.1145/582415.582418
using ModelOps.Features.Text;
using ModelOps.Features.Text.Tokenizers;

namespace ModelOps.Trainer.Texts;

/// <summary>How well answers on held-out texts are, of a network and of what it is compared with.</summary>
internal static class TextMetrics
{
    private const int Depth = 10, MostNeighbours = 100;

    /// <summary>Of one query: gains 2^grade − 1 over the logarithm of the place, over the best order's. Null where no text has a grade.</summary>
    /// <param name="grades">In the order of the answer, each from 0.</param>
    /// <param name="all">Of all texts of the query.</param>
    public static double? Ndcg(IEnumerable<double> grades, IEnumerable<double> all)
    {
        static double Gain(IEnumerable<double> ordered) => ordered.Take(Depth).Select((grade, place) => (Math.Pow(2, grade) - 1) / Math.Log2(place + 2)).Sum();
        var best = Gain(all.OrderDescending());
        return best > 0 ? Gain(grades) / best : null;
    }

    /// <summary>What words alone say: for each query the texts that share its rarest ones, most alike first (TF-IDF cosine).</summary>
    public static IEnumerable<IReadOnlyList<int>> RankByWords(IReadOnlyList<string> texts, IEnumerable<string> queries)
    {
        var index = new TextNeighbours(new NeighbourSettings(MostNeighbours, 1, int.MaxValue));
        foreach (var (at, text) in texts.Index())
            index.Add(new DescribedText(text).Weighted(), at);
        index.Index();
        foreach (var query in queries)
            yield return [.. index.Ask(new DescribedText(query).Weighted()).Select(vote => vote.Label)];
    }

    /// <summary>What the most alike messages say (TF-IDF cosine, 25 neighbours). −1 where none is alike.</summary>
    public static IEnumerable<int> LabelsByWords(IEnumerable<LabelledText> known, IEnumerable<string> texts)
    {
        var index = new TextNeighbours(new NeighbourSettings(Budget: int.MaxValue));
        foreach (var text in known)
            index.Add(new DescribedText(text.Text).Weighted(), text.Label);
        index.Index();
        foreach (var text in texts)
            yield return index.Ask(new DescribedText(text).Weighted()) is [var first, ..] ? first.Label : -1;
    }

    /// <summary>What pairs of neighbours alone foretell: the token that came most often after the one before; how likely it is, smoothed by how frequent it is anywhere.</summary>
    public static Dictionary<string, double> ForetoldByPairs(IEnumerable<EncodedText> known, IEnumerable<EncodedText> texts, int vocabulary)
    {
        var (pairs, alone, all) = (new Dictionary<int, Dictionary<int, int>>(), new int[vocabulary], 0);
        foreach (var text in known)
        {
            for (var at = 1; at < text.Ids.Length; at++, all++)
            {
                var after = pairs.TryGetValue(text.Ids[at - 1], out var seen) ? seen : pairs[text.Ids[at - 1]] = [];
                after[text.Ids[at]] = after.GetValueOrDefault(text.Ids[at]) + 1;
                alone[text.Ids[at]]++;
            }
        }
        var often = Array.IndexOf(alone, alone.Max());
        var totals = pairs.ToDictionary(pair => pair.Key, pair => (Sum: pair.Value.Values.Sum(), Best: pair.Value.MaxBy(next => next.Value).Key));
        var (right, nats, tokens) = (0, 0.0, 0);
        foreach (var text in texts)
        {
            for (var at = 1; at < text.Ids.Length; at++, tokens++)
            {
                var (before, next) = (text.Ids[at - 1], text.Ids[at]);
                var (sum, best) = totals.GetValueOrDefault(before, (0, often));
                right += best == next ? 1 : 0;
                var frequency = (alone[next] + 1.0) / (all + vocabulary);
                nats -= Math.Log(((pairs.GetValueOrDefault(before)?.GetValueOrDefault(next) ?? 0) + frequency) / (sum + 1));
            }
        }
        return Foretelling(right, nats, tokens);
    }

    public static Dictionary<string, double> Foretelling(int right, double nats, int tokens) =>
        new() { ["accuracy"] = (double)right / Math.Max(1, tokens), ["perplexity"] = Math.Exp(nats / Math.Max(1, tokens)), ["cases"] = tokens };

    /// <summary>Accuracy, and the mean of the labels' F1 (macro).</summary>
    public static Dictionary<string, double> Classification(IReadOnlyList<int> expected, IReadOnlyList<int> said)
    {
        var pairs = expected.Zip(said).ToList();
        var f1 = expected.Union(said).Average(label =>
        {
            var (right, isLabel, saysLabel) = (pairs.Count(pair => pair == (label, label)), pairs.Count(pair => pair.First == label), pairs.Count(pair => pair.Second == label));
            return 2.0 * right / (isLabel + saysLabel);
        });
        return new() { ["accuracy"] = pairs.Average(pair => pair.First == pair.Second ? 1.0 : 0), ["macro_f1"] = f1, ["cases"] = pairs.Count };
    }
}
