namespace ModelOps.DataPrep.Sources;

/// <summary>Tells how many bytes were read so far.</summary>
internal sealed class CountedStream(Stream content, IProgress<long> progress) : ReadOnlyStream
{
    private long position;

    public override int Read(Span<byte> buffer)
    {
        var read = content.Read(buffer);
        progress.Report(position += read);
        return read;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await content.ReadAsync(buffer, cancellationToken);
        progress.Report(position += read);
        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            content.Dispose();
        base.Dispose(disposing);
    }
}
