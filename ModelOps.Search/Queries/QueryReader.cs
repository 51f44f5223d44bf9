using System.Collections.Frozen;
using ModelOps.Search.Analysis;
using ModelOps.Search.Index;

namespace ModelOps.Search.Queries;

/// <summary>
/// Reads what a shopper typed. Nothing in it is syntax: quotes, colons and brackets are as good as blanks. Each word gets its
/// alternatives: with its neighbour in one (<c>head set</c>), in two (<c>powerbank</c>), with its unit, synonyms, spellings.
/// </summary>
public sealed class QueryReader
{
    /// <summary>So many characters and words are read; what follows does not count.</summary>
    public const int LongestText = 1000, MostWords = 24;

    private static readonly FrozenSet<string> Fillers = FrozenSet.ToFrozenSet(["a", "an", "the", "of", "and", "or", "in", "on", "to", "for", "with", "fur", "und", "mit", "der", "die", "das", "de", "la", "le", "et", "pour"], StringComparer.Ordinal);

    private static readonly FrozenSet<string> Links = FrozenSet.ToFrozenSet(["for", "with", "fur", "mit", "pour", "avec", "para", "con"], StringComparer.Ordinal);

    private readonly CatalogueIndex index;
    private readonly Synonyms synonyms;
    private readonly Spelling spelling;

    public QueryReader(CatalogueIndex index, Synonyms synonyms, Spelling spelling) => (this.index, this.synonyms, this.spelling) = (index, synonyms, spelling);

    public SearchQuery Read(string? text)
    {
        text = Shortened(text ?? "");
        var tokens = ProductText.Read(text);
        var typed = tokens.Where(token => token.Kind == TokenKind.Word).DistinctBy(token => token.Position).ToList();
        var link = typed.FindIndex(1 <= typed.Count ? 1 : 0, token => Links.Contains(token.Text));
        var kept = typed.Index().Where(token => !Fillers.Contains(token.Item.Text)).Take(MostWords).ToList();
        if (kept.Count == 0)
            kept = [.. typed.Index().Take(MostWords)];
        var words = kept.Select(pair => pair.Item).ToList();
        var ways = words.Select(word => WaysOf(word, tokens)).ToList();
        Join(words, ways);
        AddPhrases(words, ways);
        var corrected = Correct(words, ways);
        var before = kept.Count(pair => link < 0 || pair.Index < link);
        return new SearchQuery(text, [.. words.Select((word, i) => new QueryWord(word.Text, ways[i], IdfOf(ways[i])))], HeadOf(words, before), corrected);
    }

    private static string Shortened(string text)
    {
        if (text.Length <= LongestText)
            return text;
        return text[..(char.IsHighSurrogate(text[LongestText - 1]) ? LongestText - 1 : LongestText)];
    }

    private List<Alternative> WaysOf(Token word, List<Token> tokens)
    {
        List<Alternative> ways = [new Alternative([Stem(word.Text)], 1, AlternativeOrigin.Typed)];
        var parts = tokens.Where(token => token.Kind == TokenKind.Part && token.Start >= word.Start && token.End <= word.End).Select(token => Stem(token.Text)).Distinct().ToList();
        if (parts.Count > 1)
            ways.Add(new Alternative(parts, PartsWeight, AlternativeOrigin.Split));
        foreach (var joined in tokens.Where(token => token.Kind == TokenKind.Joined && token.Start <= word.Start && token.End >= word.End && index.Words.Has(Stem(token.Text))))
            ways.Add(new Alternative([Stem(joined.Text)], 1, joined.Position == word.Position && char.IsAsciiDigit(joined.Text[0]) ? AlternativeOrigin.Unit : AlternativeOrigin.Joined));
        ways.AddRange(synonyms.Of(Stem(word.Text)).Select(other => new Alternative(other, SynonymWeight, AlternativeOrigin.Synonym)));
        return ways;
    }

    /// <summary>Neighbours that the catalogue writes as one word.</summary>
    private void Join(List<Token> words, List<List<Alternative>> ways)
    {
        for (var i = 0; i + 1 < words.Count; i++)
        {
            var joined = Stem(words[i].Text + words[i + 1].Text);
            if (words[i].Text.Length < 2 && words[i + 1].Text.Length < 2 || !index.Words.Has(joined))
                continue;
            ways[i].Add(new Alternative([joined], 1, AlternativeOrigin.Joined));
            ways[i + 1].Add(new Alternative([joined], 1, AlternativeOrigin.Joined));
        }
    }

    private void AddPhrases(List<Token> words, List<List<Alternative>> ways)
    {
        var stems = words.Select(word => Stem(word.Text)).ToArray();
        for (var length = 2; length <= Math.Min(synonyms.Longest, stems.Length); length++)
        {
            for (var i = 0; i + length <= stems.Length; i++)
            {
                foreach (var other in synonyms.Of(stems.AsSpan(i, length)))
                {
                    for (var at = i; at < i + length; at++)
                        ways[at].Add(new Alternative(other, SynonymWeight, AlternativeOrigin.Synonym));
                }
            }
        }
    }

    /// <summary>Words that no product has get the spellings that products have.</summary>
    private string? Correct(List<Token> words, List<List<Alternative>> ways)
    {
        var corrected = words.Select(word => word.Text).ToArray();
        var isCorrected = false;
        for (var i = 0; i < words.Count; i++)
        {
            if (ways[i].Any(way => way.Terms.All(index.Words.Has)))
                continue;
            if (Split(words[i].Text) is { } split)
            {
                ways[i].Add(new Alternative([.. split.Select(Stem)], PartsWeight, AlternativeOrigin.Split));
                continue;
            }
            foreach (var (spelled, distance) in spelling.Of(words[i].Text))
            {
                ways[i].Add(new Alternative([Stem(spelled)], distance == 1 ? OneMistake : TwoMistakes, AlternativeOrigin.Spelling));
                if (ways[i].Count(way => way.Origin == AlternativeOrigin.Spelling) > 1)
                    continue;
                corrected[i] = spelled;
                isCorrected = true;
            }
        }
        return isCorrected ? string.Join(' ', corrected) : null;
    }

    /// <summary>A word that the catalogue writes as two: the cut whose rarer half is the most frequent.</summary>
    private string[]? Split(string word)
    {
        if (word.Length < 2 * ShortestHalf || !word.All(char.IsLetter))
            return null;
        return Enumerable.Range(ShortestHalf, word.Length - 2 * ShortestHalf + 1)
            .Select(cut => (Halves: new[] { word[..cut], word[cut..] }, Products: Math.Min(index.Words.ProductsWith(Stem(word[..cut])), index.Words.ProductsWith(Stem(word[cut..])))))
            .Where(split => split.Products >= FewestForHalf).OrderByDescending(split => split.Products).Select(split => split.Halves).FirstOrDefault();
    }

    /// <summary>The last word before <c>for</c> that is more than a number or a letter.</summary>
    private static int HeadOf(List<Token> words, int before)
    {
        for (var i = Math.Min(before, words.Count) - 1; i >= 0; i--)
        {
            if (words[i].Text.Length > 1 && words[i].Text.All(char.IsLetter))
                return i;
        }
        return -1;
    }

    private double IdfOf(List<Alternative> ways)
    {
        var having = ways.Select(way => way.Terms.Min(index.Words.ProductsWith)).Max();
        return Math.Log(1 + (index.Products.Count - having + .5) / (having + .5));
    }

    private string Stem(string word) => index.Stemmer.Stem(word);

    private const int ShortestHalf = 3, FewestForHalf = 3;
    private const double PartsWeight = .7, SynonymWeight = .8, OneMistake = .8, TwoMistakes = .6;
}
