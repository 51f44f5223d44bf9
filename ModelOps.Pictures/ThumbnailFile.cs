using System.Runtime.InteropServices;
using ModelOps.Features.Retrieval;

namespace ModelOps.Pictures;

/// <summary>Small JPEG pictures by row, one after the other, with where each begins before them (int64, little-endian): <c>pictures.thumbnails</c>. Only what is read comes into memory.</summary>
public sealed class ThumbnailFile : IDisposable
{
    private readonly MappedFile file;
    private readonly int rows;

    private ThumbnailFile(MappedFile file, int rows) => (this.file, this.rows) = (file, rows);

    public static void Write(string path, IReadOnlyList<byte[]> thumbnails)
    {
        ArgumentNullException.ThrowIfNull(thumbnails);
        using var file = File.Create(path);
        var starts = new long[thumbnails.Count + 1];
        starts[0] = sizeof(long) * (long)starts.Length;
        for (var row = 0; row < thumbnails.Count; row++)
            starts[row + 1] = starts[row] + thumbnails[row].Length;
        file.Write(MemoryMarshal.AsBytes(starts.AsSpan()));
        foreach (var thumbnail in thumbnails)
            file.Write(thumbnail);
    }

    /// <summary>Null where the package has none.</summary>
    /// <exception cref="InvalidDataException">The file is not one of so many rows.</exception>
    public static ThumbnailFile? TryOpen(string path, int rows)
    {
        if (!File.Exists(path))
            return null;
        var file = new MappedFile(path);
        var starts = file.Length >= sizeof(long) * (rows + 1L) ? file.Span<long>(0, rows + 1) : [];
        if (!starts.IsEmpty && starts[0] == sizeof(long) * (rows + 1L) && starts[^1] == file.Length && IsAscending(starts))
            return new ThumbnailFile(file, rows);
        file.Dispose();
        throw new InvalidDataException($"{path} does not hold {rows} pictures. Train and register the model again.");
    }

    /// <summary>A JPEG file.</summary>
    public ReadOnlySpan<byte> Of(int row)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)rows);
        var starts = file.Span<long>(0, rows + 1);
        return file.Span<byte>(starts[row], (int)(starts[row + 1] - starts[row]));
    }

    public void Dispose() => file.Dispose();

    private static bool IsAscending(ReadOnlySpan<long> starts)
    {
        for (var at = 1; at < starts.Length; at++)
        {
            if (starts[at] < starts[at - 1] || starts[at] - starts[at - 1] > int.MaxValue)
                return false;
        }
        return true;
    }
}
