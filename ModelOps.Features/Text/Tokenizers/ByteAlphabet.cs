namespace ModelOps.Features.Text.Tokenizers;

/// <summary>GPT-2's way to write bytes as characters that can be seen: printable ones stand for themselves, the others follow from U+0100.</summary>
internal static class ByteAlphabet
{
    private static readonly char[] Chars = MakeChars();
    private static readonly Dictionary<char, byte> Bytes = Chars.Index().ToDictionary(pair => pair.Item, pair => (byte)pair.Index);

    public static char CharOf(byte value) => Chars[value];

    /// <exception cref="InvalidDataException">It stands for no byte.</exception>
    public static byte ByteOf(char c) => Bytes.TryGetValue(c, out var value) ? value : throw new InvalidDataException($"The token character '{c}' stands for no byte: the vocabulary is not byte-level.");

    private static char[] MakeChars()
    {
        var (chars, next) = (new char[256], 256);
        for (var value = 0; value < chars.Length; value++)
            chars[value] = value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF) ? (char)value : (char)next++;
        return chars;
    }
}
