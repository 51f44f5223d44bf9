namespace ModelOps.Features.Text.Tokenizers;

/// <summary>A text, or a pair of texts, as a network reads it.</summary>
/// <param name="Ids">Tokens by number, with the special ones around them.</param>
/// <param name="SecondStart">Where the second text of a pair begins; the length of <paramref name="Ids"/> where there is none.</param>
/// <param name="IsTruncated">Whether something was left out to keep to the most tokens.</param>
public sealed record EncodedText(int[] Ids, int SecondStart, bool IsTruncated);
