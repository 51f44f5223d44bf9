namespace ModelOps.Search.Queries;

/// <summary>One way to say a word: all of <paramref name="Terms"/> must be in a product.</summary>
/// <param name="Terms">As the index has them.</param>
/// <param name="Weight">0 to 1: how far it is as good as the word itself.</param>
/// <param name="Origin">Why it counts for the word.</param>
public sealed record Alternative(IReadOnlyList<string> Terms, double Weight, AlternativeOrigin Origin);

public enum AlternativeOrigin
{
    Typed,
    Joined,
    Split,
    Unit,
    Synonym,
    Spelling,
    Prefix,
}

/// <summary>A word of a query, with every way to say it.</summary>
/// <param name="Typed">Folded, not stemmed.</param>
/// <param name="Idf">How telling it is: Robertson and Spärck Jones's weight of the products that have it.</param>
public sealed record QueryWord(string Typed, IReadOnlyList<Alternative> Alternatives, double Idf);

/// <summary>A query as it is searched.</summary>
/// <param name="Text">As it was typed, shortened where it was longer than is read.</param>
/// <param name="Head">Which word says what is looked for; -1 where there is none.</param>
/// <param name="Corrected">The query as it would be spelled with the catalogue's words; null where nothing is misspelled.</param>
public sealed record SearchQuery(string Text, IReadOnlyList<QueryWord> Words, int Head, string? Corrected);
