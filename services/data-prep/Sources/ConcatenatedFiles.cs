namespace ModelOps.DataPrep.Sources;

/// <summary>Files read one after the other.</summary>
internal sealed class ConcatenatedFiles(IEnumerable<string> paths) : ReadOnlyStream
{
    private readonly Queue<string> waiting = new(paths);
    private FileStream? current;

    public override int Read(Span<byte> buffer)
    {
        while (true)
        {
            if (current?.Read(buffer) is > 0 and var read)
                return read;
            current?.Dispose();
            current = null;
            if (buffer.IsEmpty || !waiting.TryDequeue(out var next))
                return 0;
            current = File.OpenRead(next);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            current?.Dispose();
        base.Dispose(disposing);
    }
}
