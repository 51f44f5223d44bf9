using System.Buffers;

namespace ModelOps.DataPrep.Sources.Encodings;

/// <summary>Reads through a decoder; holds one block.</summary>
internal sealed class DecodedStream(Stream source, IBlockDecoder decoder) : ReadOnlyStream
{
    private const int BlockSize = 128 * 1024;

    private readonly byte[] block = new byte[BlockSize];
    private readonly ArrayBufferWriter<byte> decoded = new(BlockSize * 2);
    private int held;
    private int taken;
    private bool ended;

    public override int Read(Span<byte> buffer)
    {
        while (taken == decoded.WrittenCount)
        {
            if (ended)
                return 0;
            DecodeNext();
        }
        var count = Math.Min(buffer.Length, decoded.WrittenCount - taken);
        decoded.WrittenSpan.Slice(taken, count).CopyTo(buffer);
        taken += count;
        return count;
    }

    private void DecodeNext()
    {
        var read = source.Read(block, held, block.Length - held);
        held += read;
        ended = read == 0;
        decoded.ResetWrittenCount();
        taken = 0;
        var used = decoder.Decode(block.AsSpan(0, held), ended, decoded);
        block.AsSpan(used, held - used).CopyTo(block);
        held -= used;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            source.Dispose();
        base.Dispose(disposing);
    }
}
