using System.Security.Cryptography;
using ModelOps.DataPrep.Mapping;

namespace ModelOps.DataPrep.Sources;

/// <summary>A file of an upload, on local disk.</summary>
/// <param name="Name">As the shop calls it; within an archive <c>export.zip/monday.csv</c>.</param>
/// <param name="Bytes">On disk; of a file within an archive its own share.</param>
/// <param name="Entry">Which file of a zip archive; null where the file is none.</param>
internal sealed record UploadedFile(SourceKind Kind, string Name, string Path, long Bytes, string Sha256, string? Entry = null)
{
    /// <summary>Bytes as the shop wrote it, as far as the archive's directory says; else those on disk.</summary>
    public long Unpacked { get; init; } = Bytes;

    public static async Task<UploadedFile> OfAsync(SourceKind kind, string name, string path, CancellationToken cancellationToken)
    {
        await using var content = File.OpenRead(path);
        return new UploadedFile(kind, name, path, content.Length, Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellationToken)));
    }
}
