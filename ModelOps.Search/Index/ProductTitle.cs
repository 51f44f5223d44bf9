using System.Collections.Frozen;
using ModelOps.Search.Analysis;

namespace ModelOps.Search.Index;

/// <summary>
/// What a title says of its product: the words that name it, and after <c>for</c>, <c>with</c>, a comma or a bracket those that
/// only describe it. Of the name, the last word that is no number, colour or measure is what it is: the head of
/// <c>HP L1720A projector lamp 200 W</c> is <c>lamp</c>.
/// </summary>
/// <param name="Words">Stemmed, in their order, a position each; alternatives of a position are left out.</param>
/// <param name="Name">How many of the words name it.</param>
/// <param name="Head">Where the head is; -1 where there is none.</param>
internal sealed record ProductTitle(string[] Words, int Name, int Head)
{
    private static readonly FrozenSet<string> Links = FrozenSet.ToFrozenSet(["for", "f", "with", "w", "per", "to", "fur", "mit", "pour", "avec", "para", "con", "from", "by", "compatible"], StringComparer.Ordinal);

    private static readonly FrozenSet<string> Qualities = FrozenSet.ToFrozenSet(
    [
        "black", "white", "silver", "grey", "gray", "blue", "red", "green", "yellow", "orange", "pink", "purple", "violet", "brown", "beige", "gold", "cyan", "magenta", "clear", "transparent",
        "multicolor", "multicolour", "titanium", "graphite", "ivory", "original", "compatible", "colour", "color", "mono", "matte", "matt", "gloss", "glossy", "new", "kit", "pack", "set", "wired", "wireless",
        "indoor", "outdoor", "portable", "stereo", "external", "internal", "universal", "box", "single", "english", "german", "and", "or", "the", "a", "of", "in", "x",
    ], StringComparer.Ordinal);

    public static ProductTitle Read(SearchProduct product, Stemmer stemmer)
    {
        var title = product.Title;
        var tokens = ProductText.Read(title).Where(token => token.Kind == TokenKind.Word).DistinctBy(token => token.Position).ToList();
        var name = NameOf(title, tokens);
        var head = -1;
        for (var i = name - 1; i >= 0 && head < 0; i--)
        {
            if (IsNoun(tokens[i].Text))
                head = i;
        }
        return new ProductTitle([.. tokens.Select(token => stemmer.Stem(token.Text))], name, head);
    }

    /// <summary>Up to what describes: a link word, a comma or bracket or lonely dash, or a measure after a noun.</summary>
    private static int NameOf(string title, List<Token> tokens)
    {
        var hasNoun = false;
        for (var i = 0; i < tokens.Count; i++)
        {
            var token = tokens[i];
            if (i > 0 && (Links.Contains(token.Text) || Breaks(title.AsSpan(Math.Min(tokens[i - 1].End, token.Start)..token.Start))))
                return i;
            if (hasNoun && i > 1 && char.IsAsciiDigit(token.Text[0]) && tokens[i - 1].Text.All(char.IsLetter) && IsMeasure(token.Text))
                return i;
            hasNoun |= i > 0 && IsNoun(token.Text);
        }
        return tokens.Count;
    }

    private static bool Breaks(ReadOnlySpan<char> between) =>
        between.IndexOfAny(",;(|[") >= 0 || between.Contains(" - ", StringComparison.Ordinal) || between.Contains(" – ", StringComparison.Ordinal);

    private static bool IsMeasure(string text) => text.Count(char.IsAsciiLetter) <= 3;

    private static bool IsNoun(string text) => text.Length > 1 && text.All(char.IsLetter) && !Qualities.Contains(text) && Units.Of(text) is null;
}
