using System.IO.Compression;
using ZstdSharp;

namespace ModelOps.DataPrep.Sources.Packing;

/// <summary>A file without its gzip, zstd or zip, which its first bytes tell; read as a stream, never unpacked in memory.</summary>
internal sealed class Package
{
    private const int DeepestNesting = 4;
    private readonly UploadedFile file;
    private readonly List<Packer> layers = [];

    /// <summary>A gzip file that was cut off is an error, not the end of the file. The project says so too; this is for other hosts.</summary>
    static Package() => AppContext.SetSwitch("System.IO.Compression.UseStrictValidation", true);

    /// <exception cref="UploadException">The packing is damaged, encrypted or nested too deeply.</exception>
    public Package(UploadedFile file)
    {
        this.file = file;
        while (PackerOf(Peek()) is var packer && packer != Packer.None)
        {
            if (packer == Packer.Zip)
                throw new UploadException($"{file.Name}: a zip archive inside another archive is not opened. Send it by itself.");
            if (layers.Count == DeepestNesting)
                throw new UploadException($"{file.Name}: the file is packed more than {DeepestNesting} times over.");
            layers.Add(packer);
        }
    }

    /// <summary>For example <c>gzip</c> or <c>zip, gzip</c>; empty for a plain file.</summary>
    public string Description => string.Join(", ", layers.Select(layer => layer.ToString().ToLowerInvariant()).Prepend(file.Entry is null ? "" : "zip").Where(name => name != ""));

    public bool IsPlain => layers.Count == 0 && file.Entry is null;

    public Stream Open()
    {
        var archive = new FileStream(file.Path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 128 * 1024);
        Stream content = file.Entry is { } entry ? ZipEntry(archive, entry) : archive;
        foreach (var layer in layers)
            content = layer == Packer.Gzip ? new GZipStream(content, CompressionMode.Decompress) : new DecompressionStream(content, leaveOpen: false);
        return IsPlain ? content : new UnpackedStream(content, file, archive);
    }

    /// <summary>The files within a zip archive, in the archive's order; the file itself when it is none.</summary>
    /// <exception cref="UploadException">The archive is damaged or empty.</exception>
    public static IReadOnlyList<UploadedFile> Files(UploadedFile file)
    {
        Span<byte> magic = stackalloc byte[4];
        using var content = File.OpenRead(file.Path);
        if (PackerOf(magic[..content.ReadAtLeast(magic, 4, throwOnEndOfStream: false)]) != Packer.Zip)
            return [file];
        try
        {
            using var archive = new ZipArchive(content, ZipArchiveMode.Read);
            // A Mac's archiver adds a shadow of each file.
            var entries = archive.Entries.Where(entry => entry.Name != "" && !entry.Name.StartsWith('.') && !entry.FullName.StartsWith("__MACOSX/", StringComparison.Ordinal))
                .Select(entry => file with { Name = $"{file.Name}/{entry.FullName}", Entry = entry.FullName, Bytes = entry.CompressedLength, Unpacked = entry.Length }).ToList();
            return entries.Count > 0 ? entries : throw new UploadException($"{file.Name}: the zip archive has no file.");
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException or ArgumentException or NotSupportedException or IOException)
        {
            throw new UploadException($"{file.Name}: broken-archive: the zip archive cannot be opened ({exception.Message}). Pack and send it again.");
        }
    }

    private byte[] Peek()
    {
        using var content = Open();
        var first = new byte[4];
        return first[..content.ReadAtLeast(first, 4, throwOnEndOfStream: false)];
    }

    private CheckedStream ZipEntry(Stream archive, string name)
    {
        try
        {
            var entry = new ZipArchive(archive, ZipArchiveMode.Read, leaveOpen: true).GetEntry(name)!;
            return new CheckedStream(entry.Open(), entry.Crc32, entry.Length);
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException or ArgumentException or NotSupportedException or IOException)
        {
            archive.Dispose();
            throw new UploadException($"{file.Name}: broken-archive: the entry cannot be opened ({exception.Message}). Pack it without encryption, with Deflate or Store, and send it again.");
        }
    }

    private static Packer PackerOf(ReadOnlySpan<byte> first) => first switch
    {
        [0x1F, 0x8B, 8, ..] => Packer.Gzip,
        [0x28, 0xB5, 0x2F, 0xFD] => Packer.Zstd,
        [(byte)'P', (byte)'K', 3, 4] or [(byte)'P', (byte)'K', 5, 6] => Packer.Zip,
        _ => Packer.None,
    };

    private enum Packer
    {
        None,
        Gzip,
        Zstd,
        Zip,
    }
}
