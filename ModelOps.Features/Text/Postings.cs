namespace ModelOps.Features.Text;

/// <summary>The texts of each word, with its weight in them; lies in four arrays whatever the number of texts.</summary>
internal sealed class Postings
{
    private readonly int[] first;
    private readonly int[] texts;
    private readonly float[] weights;
    private readonly double[] rarity;
    private readonly double unknown;

    public Postings(List<(int[] Words, float[] Weights)> described, int words)
    {
        first = new int[words + 1];
        foreach (var (ids, _) in described)
        {
            foreach (var word in ids)
                first[word + 1]++;
        }
        unknown = Math.Log(described.Count + 1.0);
        rarity = [.. first.Skip(1).Select(count => Math.Log((described.Count + 1.0) / count))];
        for (var word = 0; word < words; word++)
            first[word + 1] += first[word];
        texts = new int[first[^1]];
        weights = new float[first[^1]];
        var next = first.ToArray();
        for (var text = 0; text < described.Count; text++)
        {
            var (ids, of) = described[text];
            var norm = Norm(ids, of);
            for (var i = 0; i < ids.Length; i++)
            {
                var at = next[ids[i]]++;
                (texts[at], weights[at]) = (text, (float)(of[i] * rarity[ids[i]] / norm));
            }
        }
    }

    /// <summary>Texts that have the word.</summary>
    public int Frequency(int word) => first[word + 1] - first[word];

    public double Rarity(int word) => rarity[word];

    /// <summary>The length of a text's vector; a word that no text has (-1) is as rare as can be.</summary>
    public double Norm(int[] words, float[] of)
    {
        var sum = 0d;
        for (var i = 0; i < words.Length; i++)
            sum += Math.Pow(of[i] * (words[i] < 0 ? unknown : rarity[words[i]]), 2);
        return Math.Max(Math.Sqrt(sum), 1e-12);
    }

    public void AddTo(Tally tally, int word, double worth)
    {
        for (var at = first[word]; at < first[word + 1]; at++)
            tally.Add(texts[at], worth * weights[at]);
    }
}
