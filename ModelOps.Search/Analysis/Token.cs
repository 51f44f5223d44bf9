namespace ModelOps.Search.Analysis;

/// <summary>What a token is of the word that it stands for.</summary>
public enum TokenKind
{
    /// <summary>The word itself.</summary>
    Word,

    /// <summary>A part of a word: <c>eos</c> and <c>5</c> of <c>EOS5</c>.</summary>
    Part,

    /// <summary>Several parts together: <c>usbc</c> of <c>USB-C</c>, <c>13.3inch</c> of <c>13.3"</c>.</summary>
    Joined,
}

/// <summary>A token of a text.</summary>
/// <param name="Text">In lower case, without accents; not stemmed.</param>
/// <param name="Start">Of its first character in the text.</param>
/// <param name="End">After its last one.</param>
/// <param name="Position">Tokens at one position stand for the same place in the text.</param>
public readonly record struct Token(string Text, int Start, int End, int Position, TokenKind Kind);
