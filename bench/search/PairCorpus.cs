using ModelOps.Search.Analysis;
using ModelOps.Search.Queries;

namespace ModelOps.Bench.Search;

/// <param name="Words">Stemmed, by the corpus' vocabulary.</param>
/// <param name="Texts">The same words as they were written, folded.</param>
/// <param name="Grams">Hashed runs of four characters, each once, in order.</param>
internal sealed record PairText(int[] Words, string[] Texts, int[] Grams, int Characters);

/// <summary>
/// What queries and titles are made of, counted without looking at a judgement: how rare words and runs of characters are, which words
/// stand together in titles, and which words of titles come with which words of queries.
/// </summary>
internal sealed class PairCorpus
{
    private const int Dimensions = 62, Gram = 4, GramBuckets = 1 << 18;

    private readonly Stemmer stemmer;
    private readonly Dictionary<string, int> vocabulary = new(StringComparer.Ordinal);
    private readonly List<int> titlesWith = [];
    private readonly int[] titlesWithGram = new int[GramBuckets];
    private readonly Dictionary<(int, int), int> together = [];
    private readonly Spelling spelling;
    private readonly float[][] vectors;
    private readonly int titles;

    public PairCorpus(IReadOnlyCollection<string> distinctTitles, Stemmer stemmer)
    {
        this.stemmer = stemmer;
        var written = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var title in distinctTitles)
        {
            var text = Read(title);
            foreach (var word in text.Words.Distinct())
                titlesWith[word]++;
            foreach (var gram in text.Grams)
                titlesWithGram[gram]++;
            foreach (var word in text.Texts.Distinct())
                written[word] = written.GetValueOrDefault(word) + 1;
            var distinct = text.Words.Distinct().Order().ToArray();
            for (var i = 0; i < distinct.Length; i++)
            {
                for (var j = i + 1; j < distinct.Length; j++)
                    together[(distinct[i], distinct[j])] = together.GetValueOrDefault((distinct[i], distinct[j])) + 1;
            }
        }
        titles = distinctTitles.Count;
        vectors = Vectors();
        AverageLength = distinctTitles.Count == 0 ? 1 : distinctTitles.Average(title => (double)Read(title).Words.Length);
        spelling = new Spelling(written.Where(pair => pair.Value > 1).ToDictionary());
    }

    public double AverageLength { get; }

    /// <summary>With misspelled words as titles spell them.</summary>
    public PairText ReadQuery(string text) => Read(text, correct: true);

    public PairText Read(string text, bool correct = false)
    {
        var texts = ProductText.Read(text).Where(token => token.Kind != TokenKind.Part).Select(token => token.Text).ToArray();
        if (correct)
            texts = [.. texts.Select(word => spelling.Of(word) is [var (spelled, _), ..] ? spelled : word)];
        var padded = $" {string.Join(' ', texts)} ";
        var grams = Enumerable.Range(0, Math.Max(0, padded.Length - Gram + 1)).Select(at => GramOf(padded.AsSpan(at, Gram))).Distinct().Order().ToArray();
        return new PairText([.. texts.Select(word => IndexOf(stemmer.Stem(word)))], texts, grams, text.Length);
    }

    public double Idf(int word) => Math.Log((titles + 1.0) / (titlesWith[word] + .5));

    public double GramIdf(int gram) => Math.Log((titles + 1.0) / (titlesWithGram[gram] + .5));

    /// <summary>Normalised pointwise mutual information of two words in titles (Bouma), 0 where they never meet.</summary>
    public double Meet(int left, int right)
    {
        if (left == right)
            return 1;
        if (!together.TryGetValue(left < right ? (left, right) : (right, left), out var both))
            return 0;
        var joint = (double)both / titles;
        return Math.Max(0, Math.Log(joint * titles / titlesWith[left] * titles / titlesWith[right]) / -Math.Log(joint));
    }

    /// <summary>
    /// The cosine of what two texts' words stand together with: rows of the matrix of <see cref="Meet"/>, brought to
    /// <see cref="Dimensions"/> numbers by random signs (Achlioptas), weighted by how rare the words are.
    /// </summary>
    public double Company(PairText left, PairText right)
    {
        var (a, b) = (Sum(left), Sum(right));
        double both = 0, one = 0, other = 0;
        for (var i = 0; i < Dimensions; i++)
            (both, one, other) = (both + a[i] * b[i], one + a[i] * a[i], other + b[i] * b[i]);
        return one > 0 && other > 0 ? both / Math.Sqrt(one * other) : 0;
    }

    private float[] Sum(PairText text)
    {
        var sum = new float[Dimensions];
        foreach (var word in text.Words.Where(word => word < vectors.Length))
        {
            var weight = (float)Idf(word);
            for (var i = 0; i < Dimensions; i++)
                sum[i] += weight * vectors[word][i];
        }
        return sum;
    }

    private float[][] Vectors()
    {
        var rows = Enumerable.Range(0, vocabulary.Count).Select(_ => new float[Dimensions]).ToArray();
        var random = new Random(1);
        var signs = Enumerable.Range(0, vocabulary.Count).Select(_ => (ulong)random.NextInt64()).ToArray();
        foreach (var (left, right) in together.Keys)
        {
            var meet = (float)Meet(left, right);
            for (var i = 0; i < Dimensions; i++)
            {
                rows[left][i] += (signs[right] >> i & 1) == 0 ? meet : -meet;
                rows[right][i] += (signs[left] >> i & 1) == 0 ? meet : -meet;
            }
        }
        foreach (var row in rows)
        {
            var length = MathF.Sqrt(row.Sum(value => value * value));
            for (var i = 0; length > 0 && i < Dimensions; i++)
                row[i] /= length;
        }
        return rows;
    }

    private int IndexOf(string word)
    {
        if (vocabulary.TryGetValue(word, out var index))
            return index;
        vocabulary[word] = index = vocabulary.Count;
        titlesWith.Add(0);
        return index;
    }

    private static int GramOf(ReadOnlySpan<char> gram)
    {
        uint hash = 2166136261; // FNV-1a: the same in every process
        foreach (var c in gram)
            hash = (hash ^ c) * 16777619;
        return (int)(hash % GramBuckets);
    }
}
