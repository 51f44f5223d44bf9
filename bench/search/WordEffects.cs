using ModelOps.Search.Analysis;

namespace ModelOps.Bench.Search;

/// <summary>
/// A ridge regression on words: what it says of a pair that the query has a word which the title has too, or has not, and what the
/// title's words say themselves. Learned from judgements by stochastic gradients; pairs that are learned from must not be asked.
/// </summary>
internal sealed class WordEffects
{
    private const int Buckets = 1 << 18, Passes = 6;
    private const float Rate = .04f, Ridge = 2e-4f;

    private readonly float[] weights = new float[Buckets];
    private float mean;

    /// <param name="rows">By pair, from <see cref="Of"/>.</param>
    public static WordEffects Learn(IReadOnlyList<int[]> rows, IReadOnlyList<float> grades, int seed)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var effects = new WordEffects { mean = grades.Average() };
        var order = Enumerable.Range(0, rows.Count).ToArray();
        var random = new Random(seed);
        for (var pass = 0; pass < Passes; pass++)
        {
            random.Shuffle(order);
            var rate = Rate / (1 + pass);
            foreach (var i in order)
            {
                var error = effects.Predict(rows[i]) - grades[i];
                foreach (var bucket in rows[i])
                    effects.weights[bucket] -= rate * (error / MathF.Sqrt(rows[i].Length) + Ridge * effects.weights[bucket]);
            }
        }
        return effects;
    }

    public float Predict(IReadOnlyList<int> row)
    {
        ArgumentNullException.ThrowIfNull(row);
        var sum = 0f;
        foreach (var bucket in row)
            sum += weights[bucket];
        return mean + sum / MathF.Sqrt(Math.Max(1, row.Count));
    }

    /// <summary>What a pair has, as numbers of buckets.</summary>
    public static int[] Of(QueryTitle pair, Stemmer stemmer)
    {
        ArgumentNullException.ThrowIfNull(pair);
        ArgumentNullException.ThrowIfNull(stemmer);
        string[] Words(string text) => [.. ProductText.Read(text).Where(token => token.Kind != TokenKind.Part).Select(token => stemmer.Stem(token.Text)).Distinct()];
        var (query, title) = (Words(pair.Query), Words(pair.Title));
        return [.. query.Select(word => Bucket(title.Contains(word) ? '+' : '-', word)).Concat(query.TakeLast(1).Select(word => Bucket(title.Contains(word) ? '>' : '<', word)))
            .Concat(title.Select(word => Bucket('t', word))).Concat(query.Where(word => !title.Contains(word)).SelectMany(word => title.Select(other => Bucket('x', word + ' ' + other))))];
    }

    private static int Bucket(char kind, string word)
    {
        var hash = (2166136261u ^ kind) * 16777619u; // FNV-1a
        foreach (var c in word)
            hash = (hash ^ c) * 16777619u;
        return (int)(hash % Buckets);
    }
}
