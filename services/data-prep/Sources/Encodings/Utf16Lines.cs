using System.Buffers;
using System.Text;

namespace ModelOps.DataPrep.Sources.Encodings;

/// <summary>
/// UTF-16, a line at a time: a lost or added byte shifts everything after it, so line ends are looked for at any position and a
/// line of an odd number of bytes costs only itself.
/// </summary>
internal sealed class Utf16Lines(UnicodeEncoding encoding, bool bigEndian) : IBlockDecoder
{
    private readonly byte[] lineFeed = bigEndian ? [0, (byte)'\n'] : [(byte)'\n', 0];
    private readonly byte[] carriageReturn = bigEndian ? [0, (byte)'\r'] : [(byte)'\r', 0];

    public int Decode(ReadOnlySpan<byte> block, bool isLast, ArrayBufferWriter<byte> utf8)
    {
        var used = 0;
        while (used < block.Length)
        {
            var rest = block[used..];
            var end = LineEnd(rest);
            if (end < 0)
            {
                // A line that fills the block is decoded in parts; else the next block brings its end.
                if (!isLast && (used > 0 || rest.Length < 8))
                    return used;
                var part = isLast ? rest.Length : (rest.Length - 4) & ~1;
                if (!isLast && EndsInHighSurrogate(rest[..part]))
                    part -= 2;
                Append(rest[..part], utf8);
                return used + part;
            }
            Append(rest[..end], utf8);
            utf8.Write([bigEndian ? rest[end + 1] : rest[end]]);
            used += end + 2;
        }
        return used;
    }

    private int LineEnd(ReadOnlySpan<byte> bytes)
    {
        var feed = bytes.IndexOf(lineFeed);
        var carriage = (feed < 0 ? bytes : bytes[..feed]).IndexOf(carriageReturn);
        return carriage < 0 ? feed : carriage;
    }

    private bool EndsInHighSurrogate(ReadOnlySpan<byte> part) => part.Length >= 2 && (bigEndian ? part[^2] : part[^1]) is >= 0xD8 and <= 0xDB;

    private void Append(ReadOnlySpan<byte> line, ArrayBufferWriter<byte> utf8)
    {
        var even = line[..(line.Length & ~1)];
        var text = encoding.GetString(even);
        var target = utf8.GetSpan(Encoding.UTF8.GetMaxByteCount(text.Length));
        var written = Encoding.UTF8.GetBytes(text, target);
        Utf8Stream.MarkBroken(target[..written]);
        utf8.Advance(written);
        if (even.Length != line.Length)
            utf8.Write([(byte)0xFF]);
    }
}
