using System.Text;
using System.Text.Unicode;

namespace ModelOps.DataPrep.Sources.Encodings;

/// <summary>
/// Finds out a file's encoding from all of its bytes, since the first accent may come after gigabytes. A few broken bytes do not
/// overrule the rest: a UTF-8 file with a damaged row stays UTF-8.
/// </summary>
internal sealed class EncodingCensus
{
    /// <summary>Zero bytes that a text must have, as a share, to be UTF-16: digits and separators are there in any language.</summary>
    private const double LeastZeros = .01;

    /// <summary>This many bytes that are not UTF-8, with the majority, settle that a file is not.</summary>
    private const long Enough = 1 << 20;

    private readonly byte[] head = new byte[4];
    private int headLength;
    private byte[] carried = [];
    private long bytes;
    private long evenZeros;
    private long oddZeros;
    private long sequences;
    private long broken;
    private bool hasC1;
    private readonly ChinesePairs chinese = new();

    /// <summary>True when more bytes would not change the verdict.</summary>
    public bool IsSettled => (broken > Enough && broken > sequences) || Mark() is not null;

    public void Add(ReadOnlySpan<byte> block)
    {
        for (var i = 0; headLength < head.Length && i < block.Length; i++)
            head[headLength++] = block[i];
        CountZeros(block);
        bytes += block.Length;
        if (carried.Length == 0 && Ascii.IsValid(block))
            return;
        CountSequences(carried.Length == 0 ? block : [.. carried, .. block]);
    }

    public TextEncoding Verdict()
    {
        if (carried.Length > 0)
            CountBroken(carried);
        carried = [];
        if (Mark() is { } marked)
            return marked;
        if (evenZeros + oddZeros > Math.Max(3, bytes / 2 * LeastZeros))
        {
            // A lost byte shifts what comes after it, so the beginning counts as much as the majority.
            if (oddZeros > 9 * evenZeros || head is [not 0, 0, not 0, 0])
                return TextEncoding.Utf16Little;
            if (evenZeros > 9 * oddZeros || head is [0, not 0, 0, not 0])
                return TextEncoding.Utf16Big;
        }
        if (broken == 0 || sequences > 2 * broken)
            return TextEncoding.Utf8;
        return chinese.IsLikely ? TextEncoding.Gb18030 : hasC1 ? TextEncoding.Windows1252 : TextEncoding.Latin1;
    }

    private TextEncoding? Mark() => head.AsSpan(0, headLength) switch
    {
        [0xEF, 0xBB, 0xBF, ..] => TextEncoding.Utf8 with { Preamble = 3 },
        [0xFF, 0xFE, ..] => TextEncoding.Utf16Little with { Preamble = 2 },
        [0xFE, 0xFF, ..] => TextEncoding.Utf16Big with { Preamble = 2 },
        [0x84, 0x31, 0x95, 0x33] => TextEncoding.Gb18030 with { Preamble = 4 },
        _ => null,
    };

    private void CountZeros(ReadOnlySpan<byte> block)
    {
        for (var i = block.IndexOf((byte)0); i >= 0;)
        {
            if (((bytes + i) & 1) == 0)
                evenZeros++;
            else
                oddZeros++;
            var next = block[(i + 1)..].IndexOf((byte)0);
            i = next < 0 ? -1 : i + 1 + next;
        }
    }

    private void CountSequences(ReadOnlySpan<byte> block)
    {
        carried = [];
        var incomplete = IncompleteAtEnd(block);
        if (incomplete > 0)
        {
            carried = block[^incomplete..].ToArray();
            block = block[..^incomplete];
        }
        if (!Utf8.IsValid(block))
        {
            CountBroken(block);
            return;
        }
        foreach (var b in block)
            sequences += b >= 0xC0 ? 1 : 0;
    }

    private void CountBroken(ReadOnlySpan<byte> block)
    {
        chinese.Add(block);
        while (!block.IsEmpty)
        {
            var ascii = block.IndexOfAnyInRange((byte)0x80, (byte)0xFF);
            if (ascii < 0)
                return;
            block = block[ascii..];
            hasC1 |= block[0] is >= 0x80 and < 0xA0;
            if (Rune.DecodeFromUtf8(block, out _, out var length) == System.Buffers.OperationStatus.Done)
                sequences++;
            else
                broken += length;
            block = block[length..];
        }
    }

    private static int IncompleteAtEnd(ReadOnlySpan<byte> block)
    {
        for (var back = 1; back <= Math.Min(3, block.Length); back++)
        {
            if (block[^back] >= 0xC0)
                return Rune.DecodeFromUtf8(block[^back..], out _, out _) == System.Buffers.OperationStatus.NeedMoreData ? back : 0;
        }
        return 0;
    }
}
