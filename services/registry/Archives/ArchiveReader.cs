using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text.Json;
using ModelOps.Contracts.Signing;
using ModelOps.Contracts.Versions;
using ModelOps.Registry.Artifacts;

namespace ModelOps.Registry.Archives;

/// <summary>An archive is not what it should be; the message says in what.</summary>
internal sealed class ArchiveException(string message) : Exception(message);

/// <summary>An archive whose every byte has been checked; its files lie in a folder on local disk.</summary>
internal sealed record OpenedArchive(ArchivedVersion Archived, PackageManifest Manifest, string ManifestSha256, PackageSignature Signature, string Folder);

/// <summary>Reads an archive as it arrives: each entry goes to disk and is held against the manifest, whose signature is checked first.</summary>
internal static class ArchiveReader
{
    /// <summary>Bytes of each of the first entries, which are read into memory.</summary>
    private const int LongestHead = 4 << 20;

    /// <param name="folder">Where its files go.</param>
    /// <exception cref="ArchiveException">It is truncated, altered, or no archive of a version.</exception>
    public static async Task<OpenedArchive> ReadAsync(Stream archive, string folder, CancellationToken cancellationToken)
    {
        try
        {
            await using var tar = new TarReader(archive, leaveOpen: true);
            var version = Parse<ArchivedVersion>(await HeadAsync(tar, PackageArchive.VersionName, cancellationToken), PackageArchive.VersionName);
            var signature = Parse<PackageSignature>(await HeadAsync(tar, PackageSignature.FileName, cancellationToken), PackageSignature.FileName);
            var bytes = await HeadAsync(tar, PackageManifest.FileName, cancellationToken);
            var sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes));
            if (version is not { Version: { Tags: not null, Metrics: not null } })
                throw new ArchiveException($"The archive's {PackageArchive.VersionName} describes no version.");
            VerifySignature(version, signature, sha256);
            var manifest = Parse<PackageManifest>(bytes, PackageManifest.FileName);
            await ReadFilesAsync(tar, manifest, folder, cancellationToken);
            return new OpenedArchive(version, manifest, sha256, signature, folder);
        }
        catch (Exception exception) when (exception is EndOfStreamException or InvalidDataException or FormatException)
        {
            throw new ArchiveException($"The archive is truncated or no tar ({exception.Message.TrimEnd('.')}). Export it again and send it whole.");
        }
    }

    /// <summary>By the key that came with it: the archive is what its exporter wrote. Whether that one is trusted is another question.</summary>
    private static void VerifySignature(ArchivedVersion version, PackageSignature signature, string manifestSha256)
    {
        try
        {
            using var key = P256.FromPem(version.Key?.Pem ?? "");
            if (P256.IdOf(key) != signature.KeyId || !P256.IsSigned(key, manifestSha256, signature.Value ?? ""))
                throw new ArchiveException($"The archive's {PackageManifest.FileName} is not what the key {signature.KeyId} has signed: it was altered.");
        }
        catch (InvalidDataException)
        {
            throw new ArchiveException($"The archive's {PackageArchive.VersionName} holds no key to check the signature with.");
        }
    }

    private static async Task ReadFilesAsync(TarReader tar, PackageManifest manifest, string folder, CancellationToken cancellationToken)
    {
        var listed = (manifest.Files ?? []).Where(file => file is { Path: not null, Sha256: not null }).ToList();
        if (listed.GroupBy(file => file.Path).FirstOrDefault(file => file.Count() > 1) is { } twice)
            throw new ArchiveException($"The archive's manifest lists '{twice.Key}' twice.");
        var awaited = listed.ToDictionary(file => file.Path);
        while (await tar.GetNextEntryAsync(copyData: false, cancellationToken) is { } entry)
        {
            if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile) || !awaited.Remove(entry.Name, out var file))
                throw new ArchiveException($"The archive holds '{entry.Name}', which its manifest does not list, or holds it twice.");
            if (entry.Length != file.Bytes)
                throw new ArchiveException($"The archive's '{file.Path}' has {entry.Length} bytes, its manifest says {file.Bytes}.");
            var (actual, bytes) = await SpoolAsync(entry, PathIn(folder, file), cancellationToken);
            if (bytes < file.Bytes)
                throw new ArchiveException($"The archive ends within '{file.Path}': it is truncated. Export it again and send it whole.");
            if (!actual.Equals(file.Sha256, StringComparison.OrdinalIgnoreCase))
                throw new ArchiveException($"The archive's '{file.Path}' has the hash {actual}, its manifest says {file.Sha256}: it was altered.");
        }
        if (awaited.Count > 0)
            throw new ArchiveException($"The archive ends without {string.Join(", ", awaited.Keys)}: it is truncated. Export it again and send it whole.");
    }

    private static async Task<(string Sha256, long Bytes)> SpoolAsync(TarEntry entry, string path, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await using (var file = File.Create(path))
        {
            if (entry.DataStream is { } content)
                await content.CopyToAsync(file, cancellationToken);
        }
        await using var written = File.OpenRead(path);
        return (Convert.ToHexStringLower(await SHA256.HashDataAsync(written, cancellationToken)), written.Length);
    }

    /// <summary>Where a file of the manifest lies.</summary>
    public static string PathIn(string folder, PackageFile file) => PackagePath.IsValid(file.Path)
        ? Path.Combine(folder, file.Path)
        : throw new ArchiveException($"The archive's manifest lists '{file.Path}', which is no name for a file of a package.");

    private static async Task<byte[]> HeadAsync(TarReader tar, string name, CancellationToken cancellationToken)
    {
        if (await tar.GetNextEntryAsync(copyData: false, cancellationToken) is not { } entry)
            throw new ArchiveException($"The archive ends before {name}. Export it again and send it whole.");
        if (entry.Name != name || entry.Length > LongestHead)
            throw new ArchiveException($"The archive has '{entry.Name}' of {entry.Length} bytes where {name} should be. Send what GET /v1/models/{{model}}/versions/{{version}}/export gave, as it is.");
        using var bytes = new MemoryStream();
        if (entry.DataStream is { } content)
            await content.CopyToAsync(bytes, cancellationToken);
        return bytes.ToArray();
    }

    private static T Parse<T>(byte[] json, string name)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(json, JsonSerializerOptions.Web) ?? throw new JsonException("it is empty");
        }
        catch (JsonException exception)
        {
            throw new ArchiveException($"The archive's {name} cannot be read: {exception.Message}");
        }
    }
}
