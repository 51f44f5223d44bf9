using System.Text;

namespace ModelOps.DataPrep.Sources.Encodings;

/// <summary>A text file as UTF-8 without a byte order mark, decoded while it is read. Bytes that mean nothing become 0xFF.</summary>
internal static class Utf8Stream
{
    public static Stream Of(Stream source, TextEncoding encoding)
    {
        for (var skipped = 0; skipped < encoding.Preamble; skipped++)
            source.ReadByte();
        return encoding.Decoder switch
        {
            null => source,
            UnicodeEncoding utf16 => new DecodedStream(source, new Utf16Lines(utf16, encoding.Name == TextEncoding.Utf16Big.Name)),
            var other => new DecodedStream(source, new StatefulDecoder(other)),
        };
    }

    /// <summary>Turns the decoder's sign for broken bytes (three bytes in UTF-8) into three that are not UTF-8.</summary>
    internal static void MarkBroken(Span<byte> utf8)
    {
        for (var at = utf8.IndexOf("\uFDD0"u8); at >= 0; at = utf8.IndexOf("\uFDD0"u8))
        {
            utf8.Slice(at, 3).Fill(0xFF);
            utf8 = utf8[(at + 3)..];
        }
    }
}

/// <summary>Turns the bytes of some encoding into UTF-8, a block at a time.</summary>
internal interface IBlockDecoder
{
    /// <summary>Decodes what it can of <paramref name="block"/>, appends it, and returns how many bytes it used.</summary>
    int Decode(ReadOnlySpan<byte> block, bool isLast, System.Buffers.ArrayBufferWriter<byte> utf8);
}

/// <summary>GB18030, Windows-1252 and whatever else a mapping names.</summary>
internal sealed class StatefulDecoder(Encoding encoding) : IBlockDecoder
{
    private readonly Decoder decoder = encoding.GetDecoder();
    private readonly Encoder encoder = Encoding.UTF8.GetEncoder();
    private char[] characters = [];

    public int Decode(ReadOnlySpan<byte> block, bool isLast, System.Buffers.ArrayBufferWriter<byte> utf8)
    {
        var most = encoding.GetMaxCharCount(block.Length);
        if (characters.Length < most)
            characters = new char[most];
        var count = decoder.GetChars(block, characters, isLast);
        var target = utf8.GetSpan(Encoding.UTF8.GetMaxByteCount(count));
        var written = encoder.GetBytes(characters.AsSpan(0, count), target, isLast);
        Utf8Stream.MarkBroken(target[..written]);
        utf8.Advance(written);
        return block.Length;
    }
}
