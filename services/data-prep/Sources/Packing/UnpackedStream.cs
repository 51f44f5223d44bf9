using ZstdSharp;

namespace ModelOps.DataPrep.Sources.Packing;

/// <summary>
/// The content of a packed file. Damage refuses the whole file: the packer's checksum says that the bytes are not those that were
/// sent, so what came before the damage cannot be trusted either.
/// </summary>
internal sealed class UnpackedStream(Stream content, UploadedFile file, Stream archive) : ReadOnlyStream
{
    /// <summary>No export packs better than this; what does is made to fill a disk.</summary>
    private const long MostExpansion = 1100;

    private const long Unsuspicious = 1L << 30;

    private long position;

    public override int Read(Span<byte> buffer)
    {
        try
        {
            var read = content.Read(buffer);
            position += read;
            if (position > Unsuspicious && position > file.Bytes * MostExpansion)
                throw new UploadException($"{file.Name}: archive-bomb: {file.Bytes} bytes unpack to more than {position}. Send the file unpacked.");
            return read;
        }
        catch (Exception exception) when (exception is InvalidDataException or ZstdException or EndOfStreamException or NotSupportedException)
        {
            throw new UploadException($"{file.Name}: broken-archive: the packed data is damaged after {position} unpacked bytes ({exception.Message.TrimEnd('.')}). Send the file again.");
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            content.Dispose();
            archive.Dispose();
        }
        base.Dispose(disposing);
    }
}
