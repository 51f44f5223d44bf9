// Bojanowski, Grave, Joulin, Mikolov: Enriching word vectors with subword information. 2017, https://arxiv.org/abs/1607.04606
using System.Text;
using ModelOps.Features.Text;

namespace ModelOps.Features.Assist;

/// <summary>
/// A message as words and, of each word, the runs of characters in it, which say something of words that are not known. A Chinese or
/// Japanese character is a word, whose runs are the pairs with its neighbours.
/// </summary>
public sealed class WordEncoder
{
    /// <summary>Words of a message that are read; the others are not.</summary>
    public const int MostWords = 128;

    /// <summary>Runs of a word that are read.</summary>
    public const int MostRuns = 24;

    /// <summary>Places that stay empty behind the longest message, so that a message's scores do not depend on its neighbours in a batch.</summary>
    public const int Padding = 3;

    /// <summary>0 is an empty place, 1 an unknown word.</summary>
    private const int Unknown = 1, FirstWord = 2;

    private const int ShortestRun = 3, LongestRun = 5;

    private readonly Dictionary<string, int> words = new(StringComparer.Ordinal);

    public WordEncoder(IReadOnlyList<string> words, int buckets)
    {
        ArgumentNullException.ThrowIfNull(words);
        Buckets = buckets;
        foreach (var word in words)
            this.words.TryAdd(word, this.words.Count + FirstWord);
    }

    /// <summary>Rows of the word table.</summary>
    public int Words => words.Count + FirstWord;

    /// <summary>Rows of the table of runs; row 0 is an empty place.</summary>
    public int Buckets { get; }

    public static IReadOnlyList<string> VocabularyOf(IEnumerable<string> texts) => [.. texts.SelectMany(Split).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>The words of a text in lower case; question and exclamation marks are words.</summary>
    public static List<string> Split(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var plain = PlainText.Of(text);
        var found = new List<string>();
        var start = -1;
        for (var i = 0; i <= plain.Length && found.Count < MostWords; i++)
        {
            var c = i < plain.Length ? plain[i] : ' ';
            if ((char.IsLetterOrDigit(c) || c == '\'') && !PlainText.IsIdeograph(c))
            {
                start = start < 0 ? i : start;
                continue;
            }
            if (start >= 0)
                found.Add(plain[start..i]);
            start = -1;
            if (found.Count < MostWords && (c is '?' or '!' || PlainText.IsIdeograph(c)))
                found.Add(c.ToString());
        }
        return found;
    }

    public EncodedMessages Encode(IReadOnlyList<string> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        var split = texts.Select(Split).ToList();
        var length = split.Max(message => message.Count) + Padding;
        var encoded = new EncodedMessages(texts.Count, length, new long[texts.Count * length], new long[texts.Count * length * MostRuns]);
        for (var row = 0; row < split.Count; row++)
        {
            for (var at = 0; at < split[row].Count; at++)
            {
                var cell = (row * length) + at;
                encoded.Words[cell] = words.GetValueOrDefault(split[row][at], Unknown);
                AddRuns(split[row], at, encoded.Runs.AsSpan(cell * MostRuns, MostRuns));
            }
        }
        return encoded;
    }

    private void AddRuns(List<string> message, int at, Span<long> runs)
    {
        var (word, count) = (message[at], 0);
        if (word.Length == 1 && PlainText.IsIdeograph(word[0]))
        {
            runs[count++] = Bucket((at > 0 ? message[at - 1] : "<") + word);
            runs[count] = Bucket(word + (at + 1 < message.Count ? message[at + 1] : ">"));
            return;
        }
        ReadOnlySpan<char> framed = $"<{word}>";
        for (var length = ShortestRun; length <= LongestRun; length++)
        {
            for (var from = 0; from + length <= framed.Length && count < MostRuns; from++)
                runs[count++] = Bucket(framed.Slice(from, length));
        }
    }

    /// <summary>FNV-1a, 1 to <see cref="Buckets"/> − 1.</summary>
    private long Bucket(ReadOnlySpan<char> run)
    {
        var hash = 2166136261u;
        foreach (var c in run)
            hash = (hash ^ c) * 16777619;
        return 1 + (hash % (uint)(Buckets - 1));
    }
}

/// <summary>Messages as a network reads them.</summary>
/// <param name="Words">(rows, length).</param>
/// <param name="Runs">(rows, length, <see cref="WordEncoder.MostRuns"/>).</param>
public sealed record EncodedMessages(int Rows, int Length, long[] Words, long[] Runs);
