using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using Aspire.Hosting;

namespace ModelOps.AppHost.LocalEngine.Backup;

/// <summary>Reads a backup, and holds every byte against its manifest.</summary>
internal sealed class BackupReader : IDisposable
{
    private readonly ZipArchive zip;
    private readonly Seal seal;

    private BackupReader(ZipArchive zip, Seal seal, BackupManifest manifest) => (this.zip, this.seal, Manifest) = (zip, seal, manifest);

    public BackupManifest Manifest { get; }

    /// <exception cref="DistributedApplicationException">It is no backup, of another format, or the passphrase is another.</exception>
    public static BackupReader Open(string path, string passphrase)
    {
        if (!File.Exists(path))
            throw new DistributedApplicationException($"There is no file {path}.");
        ZipArchive? zip = null;
        try
        {
            zip = ZipFile.OpenRead(path);
            using var clear = zip.GetEntry(BackupWriter.HeaderName)?.Open() ?? throw new InvalidDataException($"it has no {BackupWriter.HeaderName}");
            var header = JsonSerializer.Deserialize<BackupHeader>(clear, JsonSerializerOptions.Web)!;
            if (header.Format != BackupHeader.Present)
                throw new InvalidDataException($"its format is {header.Format}, and this release reads {BackupHeader.Present}; use release {header.Release}");
            var seal = Seal.Of(passphrase, Convert.FromBase64String(header.Salt), header.Iterations);
            return new BackupReader(zip, seal, Manifested(zip, seal));
        }
        catch (CryptographicException)
        {
            zip?.Dispose();
            throw new DistributedApplicationException($"{path} does not open: the passphrase is another one, or the file was changed.");
        }
        catch (Exception exception) when (exception is InvalidDataException or JsonException or FormatException or EndOfStreamException)
        {
            zip?.Dispose();
            throw new DistributedApplicationException($"{path} is no backup that can be read: {exception.Message}. Was it copied as a whole?");
        }
    }

    /// <summary>Reads everything once, before anything is replaced by it.</summary>
    /// <exception cref="DistributedApplicationException">An entry is missing or has other bytes.</exception>
    public async Task VerifyAsync(CancellationToken cancellationToken)
    {
        foreach (var entry in Manifest.Entries)
            await CopyAsync(entry, Stream.Null, cancellationToken);
    }

    public async Task CopyAsync(BackupEntry entry, Stream to, CancellationToken cancellationToken)
    {
        try
        {
            await using var content = Open(zip, seal, entry.Name);
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var bytes = 0L;
            var buffer = new byte[Seal.PieceBytes];
            for (int count; (count = await content.ReadAsync(buffer, cancellationToken)) > 0; bytes += count)
            {
                hash.AppendData(buffer, 0, count);
                await to.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
            }
            if (bytes != entry.Bytes || Convert.ToHexStringLower(hash.GetHashAndReset()) != entry.Sha256)
                throw new InvalidDataException("its bytes are not those of the manifest");
        }
        catch (Exception exception) when (exception is CryptographicException or InvalidDataException or EndOfStreamException)
        {
            throw new DistributedApplicationException($"The backup is damaged: {entry.Name}: {exception.Message}. Nothing was replaced by it; use another copy of the file.");
        }
    }

    private static BackupManifest Manifested(ZipArchive zip, Seal seal)
    {
        using var content = Open(zip, seal, BackupWriter.ManifestName);
        return JsonSerializer.Deserialize<BackupManifest>(content, JsonSerializerOptions.Web)!;
    }

    private static GZipStream Open(ZipArchive zip, Seal seal, string name) =>
        new(seal.Read(name, zip.GetEntry(name)?.Open() ?? throw new InvalidDataException($"'{name}' is missing")), CompressionMode.Decompress);

    public void Dispose() => zip.Dispose();
}
