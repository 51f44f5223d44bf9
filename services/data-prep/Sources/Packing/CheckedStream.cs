using System.IO.Hashing;

namespace ModelOps.DataPrep.Sources.Packing;

/// <summary>A zip entry with the check that <see cref="System.IO.Compression.ZipArchive"/> leaves out: its checksum and length.</summary>
internal sealed class CheckedStream(Stream content, uint crc32, long length) : ReadOnlyStream
{
    private readonly Crc32 hash = new();
    private long position;

    public override int Read(Span<byte> buffer)
    {
        var read = content.Read(buffer);
        hash.Append(buffer[..read]);
        position += read;
        if (read == 0 && buffer.Length > 0 && (position != length || hash.GetCurrentHashAsUInt32() != crc32))
            throw new InvalidDataException("the checksum in the archive does not match the content");
        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            content.Dispose();
        base.Dispose(disposing);
    }
}
