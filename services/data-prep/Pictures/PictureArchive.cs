using System.IO.Compression;
using ModelOps.DataPrep.Mapping;
using ModelOps.DataPrep.Sources;
using ModelOps.Pictures;

namespace ModelOps.DataPrep.Pictures;

/// <summary>
/// A zip archive of pictures, each named by its product's id. Names are ids and never paths: nothing is written where an archive says. Of each
/// file no more is unpacked than a picture may have, whatever the archive says of its size.
/// </summary>
internal static class PictureArchive
{
    private const int MostEntries = 500_000;

    /// <summary>The sources of an upload, those of pictures read; what is read lies in <paramref name="folder"/>.</summary>
    /// <exception cref="UploadException">Pictures came as something else than an archive, or it cannot be opened.</exception>
    public static async Task<IReadOnlyList<UploadedFile>> ReadAsync(IEnumerable<UploadedFile> files, PictureLimits limits, VideoOptions video, string folder, CancellationToken cancellationToken)
    {
        var read = new List<UploadedFile>();
        foreach (var file in files)
            read.Add(file.Kind == SourceKind.Pictures ? await ReadAsync(file, limits, video, folder, cancellationToken) : file);
        return read;
    }

    public static async Task<UploadedFile> ReadAsync(UploadedFile file, PictureLimits limits, VideoOptions video, string folder, CancellationToken cancellationToken)
    {
        try
        {
            using var archive = new ZipArchive(File.OpenRead(file.Path), ZipArchiveMode.Read);
            // A Mac's archiver adds a shadow of each file.
            var entries = archive.Entries.Where(entry => entry.Name.Length > 0 && !entry.Name.StartsWith('.') && !entry.FullName.StartsWith("__MACOSX/", StringComparison.Ordinal)).ToList();
            if (entries.Count is 0 or > MostEntries)
                throw new UploadException($"{file.Name}: the zip archive has {entries.Count} files; it goes from 1 to {MostEntries}. Send pictures named by product id, such as 85123A.jpg.");
            using var rows = new PictureRows(Path.Combine(folder, $"{Guid.NewGuid():N}.pictures"), limits, video);
            foreach (var entry in entries)
            {
                cancellationToken.ThrowIfCancellationRequested();
                await AddAsync(rows, entry, limits, cancellationToken);
            }
            return await rows.DoneAsync(file.Name, cancellationToken);
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException or ArgumentException or NotSupportedException)
        {
            throw new UploadException($"{file.Name}: pictures come as a zip archive of files named by product id, such as 85123A.jpg; this one cannot be opened ({exception.Message}). Pack and send it again.");
        }
    }

    private static async Task AddAsync(PictureRows rows, ZipArchiveEntry entry, PictureLimits limits, CancellationToken cancellationToken)
    {
        var product = ProductOf(entry.Name);
        try
        {
            await rows.AddAsync(product, Unpacked(entry, limits.MostBytes), cancellationToken: cancellationToken);
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException or NotSupportedException or IOException)
        {
            rows.Refuse(product, new PictureException(PictureFault.Broken, $"The archive's file '{entry.Name}' cannot be unpacked: {exception.Message} Pack it again, without encryption."));
        }
    }

    /// <summary>One byte more than is allowed says that there are too many.</summary>
    private static byte[] Unpacked(ZipArchiveEntry entry, int most)
    {
        using var packed = entry.Open();
        using var content = new MemoryStream();
        var block = new byte[64 * 1024];
        for (int read; content.Length <= most && (read = packed.Read(block)) > 0;)
            content.Write(block, 0, read);
        return content.ToArray();
    }

    /// <summary>The file's name without its folders and its ending. What an id may not have in a file's name is escaped, as <c>%2F</c> for a slash.</summary>
    internal static string ProductOf(string name)
    {
        var file = name[(name.AsSpan().LastIndexOfAny('/', '\\') + 1)..];
        var end = file.LastIndexOf('.');
        return Uri.UnescapeDataString(end > 0 ? file[..end] : file).Replace('\0', '\uFFFD');
    }
}
