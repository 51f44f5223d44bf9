// Salton, Buckley: Term-weighting approaches in automatic text retrieval. 1988, https://doi.org/10.1016/0306-4573(88)90021-0
using System.Runtime.InteropServices;

namespace ModelOps.Features.Text.Linear;

/// <summary>
/// TF-IDF: a term weighs (1 + ln count) · (1 + ln((1 + texts) / (1 + texts with it))). The words of a text have length 1 together, and so
/// have its characters. Terms are known by their hashes, which are the same on every machine. Many threads may ask.
/// </summary>
public sealed class TextVectorizer
{
    private readonly TermSettings settings;
    private readonly ulong[] terms; // ascending
    private readonly float[] rarity;
    private readonly Dictionary<ulong, int> columns;

    private TextVectorizer(TermSettings settings, ulong[] terms, float[] rarity)
    {
        (this.settings, this.terms, this.rarity) = (settings, terms, rarity);
        columns = new Dictionary<ulong, int>(terms.Length);
        for (var column = 0; column < terms.Length; column++)
            columns[terms[column]] = column;
    }

    /// <summary>Known terms.</summary>
    public int Count => terms.Length;

    /// <summary>Learns the terms of the texts and how rare they are.</summary>
    public static TextVectorizer Fit(IEnumerable<string> texts, TermSettings settings)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(settings);
        var frequency = new Dictionary<ulong, int>();
        var (count, vector, seen) = (0, new TermVector(), new HashSet<ulong>());
        foreach (var text in texts)
        {
            vector.Clear();
            Terms.Of(text, settings, vector.Words, vector.Characters);
            seen.Clear();
            seen.UnionWith(vector.Words);
            seen.UnionWith(vector.Characters);
            foreach (var term in seen)
                CollectionsMarshal.GetValueRefOrAddDefault(frequency, term, out _)++;
            count++;
        }
        var kept = frequency.Where(term => term.Value >= settings.LeastTexts)
            .OrderByDescending(term => term.Value).ThenBy(term => term.Key).Take(settings.MostTerms).OrderBy(term => term.Key).ToList();
        return new TextVectorizer(settings, [.. kept.Select(term => term.Key)], [.. kept.Select(term => 1 + MathF.Log((1f + count) / (1f + term.Value)))]);
    }

    public void Vectorize(string text, TermVector vector)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(vector);
        vector.Clear();
        Terms.Of(text, settings, vector.Words, vector.Characters);
        var known = Add(vector.Words, vector) + Add(vector.Characters, vector);
        vector.Known = (float)known / Math.Max(1, vector.Words.Count + vector.Characters.Count);
    }

    private int Add(List<ulong> hashes, TermVector vector)
    {
        var found = vector.Found;
        found.Clear();
        foreach (var hash in hashes)
        {
            if (columns.TryGetValue(hash, out var column))
                found.Add(column);
        }
        found.Sort();
        var (first, squares) = (vector.Count, 0f);
        for (var at = 0; at < found.Count;)
        {
            var next = at + 1;
            while (next < found.Count && found[next] == found[at])
                next++;
            var value = (1 + MathF.Log(next - at)) * rarity[found[at]];
            vector.Add(found[at], value);
            squares += value * value;
            at = next;
        }
        var length = MathF.Sqrt(squares);
        foreach (ref var value in vector.Values[first..])
            value /= length;
        return found.Count;
    }

    internal void Write(BinaryWriter writer)
    {
        writer.Write(settings.Words);
        writer.Write(settings.Characters);
        writer.Write(settings.Ideographs);
        writer.Write(terms.Length);
        foreach (var term in terms)
            writer.Write(term);
        foreach (var value in rarity)
            writer.Write(value);
    }

    /// <exception cref="InvalidDataException">What was read is not a vectorizer.</exception>
    internal static TextVectorizer Read(BinaryReader reader)
    {
        var settings = new TermSettings(reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt32());
        var count = reader.ReadInt32();
        if (settings is not { Words: >= 0 and <= 8, Characters: >= 0 and <= 16, Ideographs: >= 0 and <= 16 } || count < 0)
            throw new InvalidDataException("The text classifier's file has impossible settings. Train and register the model again.");
        var terms = new ulong[count];
        for (var term = 0; term < count; term++)
            terms[term] = reader.ReadUInt64();
        var rarity = new float[count];
        for (var term = 0; term < count; term++)
            rarity[term] = reader.ReadSingle();
        return new TextVectorizer(settings, terms, rarity);
    }
}
