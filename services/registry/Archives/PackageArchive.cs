using System.Formats.Tar;
using System.Text.Json;
using ModelOps.Contracts.Signing;
using ModelOps.Contracts.Versions;

namespace ModelOps.Registry.Archives;

/// <summary>What an archive says of its version, beside the files: <c>version.json</c>.</summary>
/// <param name="Key">The exporting registry's, so that the signature can be checked by whoever does not know it yet.</param>
internal sealed record ArchivedVersion(ModelVersion Version, VersionOrigin? Origin, SigningKey Key);

/// <summary>
/// A version as one file: a POSIX tar with <c>version.json</c>, <c>manifest.signature.json</c>, <c>manifest.json</c>, then the files in the
/// order of the manifest, so that whoever reads it knows what is to come.
/// </summary>
internal static class PackageArchive
{
    public const string VersionName = "version.json";
    public const string ContentType = "application/x-tar";

    /// <param name="manifest">The bytes that are signed.</param>
    /// <param name="open">Opens a file of the manifest.</param>
    public static async Task WriteAsync(
        Stream archive, ArchivedVersion version, byte[] manifest, IReadOnlyList<PackageFile> files, Func<PackageFile, Task<Stream>> open, CancellationToken cancellationToken)
    {
        await using var tar = new TarWriter(archive, TarEntryFormat.Pax, leaveOpen: true);
        await WriteAsync(tar, VersionName, JsonSerializer.SerializeToUtf8Bytes(version, JsonSerializerOptions.Web), cancellationToken);
        await WriteAsync(tar, PackageSignature.FileName, JsonSerializer.SerializeToUtf8Bytes(version.Version.Signature, JsonSerializerOptions.Web), cancellationToken);
        await WriteAsync(tar, PackageManifest.FileName, manifest, cancellationToken);
        foreach (var file in files)
        {
            await using var content = await open(file);
            await tar.WriteEntryAsync(Entry(file.Path, content), cancellationToken);
        }
    }

    private static async Task WriteAsync(TarWriter tar, string name, byte[] content, CancellationToken cancellationToken)
    {
        using var bytes = new MemoryStream(content);
        await tar.WriteEntryAsync(Entry(name, bytes), cancellationToken);
    }

    /// <summary>Without the time of writing: the same version gives the same archive.</summary>
    private static PaxTarEntry Entry(string name, Stream content) => new(TarEntryType.RegularFile, name) { DataStream = content, ModificationTime = DateTimeOffset.UnixEpoch };
}
