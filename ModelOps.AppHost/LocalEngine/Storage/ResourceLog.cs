namespace ModelOps.AppHost.LocalEngine.Storage;

/// <summary>A resource's output: a file of bounded size with a few predecessors, and its last lines in memory.</summary>
internal sealed class ResourceLog(string path, long maximumBytes, int predecessors) : IDisposable
{
    private const int TailLines = 40;
    private readonly Lock _lock = new();
    private readonly Queue<string> _tail = new(TailLines);
    private StreamWriter? _writer;
    private bool _closed;

    public string Path { get; } = path;

    public void Write(string line)
    {
        lock (_lock)
        {
            if (_tail.Count == TailLines)
                _tail.Dequeue();
            _tail.Enqueue(line);
            if (_closed)
                return;
            try
            {
                Append(line);
            }
            catch (IOException)
            {
                // A full disk must not stop the engine from reading its processes' output: they would block on the pipe.
                _writer = null;
            }
        }
    }

    public IReadOnlyList<string> Tail(int lines)
    {
        lock (_lock)
            return [.. _tail.TakeLast(lines)];
    }

    private void Append(string line)
    {
        _writer ??= new StreamWriter(Path, append: true) { AutoFlush = true };
        if (_writer.BaseStream.Length > maximumBytes)
            Rotate();
        _writer.WriteLine(line);
    }

    private void Rotate()
    {
        _writer!.Dispose();
        for (var age = predecessors; age > 0; age--)
        {
            var newer = age == 1 ? Path : $"{Path}.{age - 1}";
            if (File.Exists(newer))
                File.Move(newer, $"{Path}.{age}", overwrite: true);
        }
        _writer = new StreamWriter(Path, append: false) { AutoFlush = true };
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _closed = true;
            _writer?.Dispose();
        }
    }
}
