namespace ModelOps.Features.Text.Linear;

/// <summary>What a text is cut into.</summary>
/// <param name="Words">Longest run of neighbouring words that is a term, in words.</param>
/// <param name="Characters">Longest run of characters that is a term; runs end at white space, which counts as a character at their ends.</param>
/// <param name="Ideographs">The longest such run with a Chinese or Japanese character in it.</param>
/// <param name="LeastTexts">Texts that a term must occur in to be known.</param>
/// <param name="MostTerms">Terms that are known at most; those of the most texts are.</param>
public sealed record TermSettings(int Words = 2, int Characters = 5, int Ideographs = 3, int LeastTexts = 2, int MostTerms = 2_000_000);
