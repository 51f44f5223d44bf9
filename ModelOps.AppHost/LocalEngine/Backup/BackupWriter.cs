using System.IO.Compression;
using System.Reflection;
using System.Security.Cryptography;
using System.Text.Json;

namespace ModelOps.AppHost.LocalEngine.Backup;

/// <summary>Writes a backup: a zip file whose entries are packed, then encrypted. It has its name only when it is whole.</summary>
internal sealed class BackupWriter : IAsyncDisposable
{
    public const string HeaderName = "backup.json", ManifestName = "manifest";

    private readonly string path;
    private readonly FileStream file;
    private readonly ZipArchive zip;
    private readonly Seal seal;
    private readonly List<BackupEntry> entries = [];
    private readonly DateTimeOffset now;

    private BackupWriter(string path, FileStream file, string passphrase, DateTimeOffset now)
    {
        (this.path, this.file, this.now) = (path, file, now);
        zip = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true);
        var salt = RandomNumberGenerator.GetBytes(Seal.SaltBytes);
        seal = Seal.Of(passphrase, salt, Seal.Iterations);
        using var header = zip.CreateEntry(HeaderName).Open();
        JsonSerializer.Serialize(header, new BackupHeader(BackupHeader.Present, now, Release, Convert.ToBase64String(salt), Seal.Iterations), JsonSerializerOptions.Web);
    }

    public static string Release { get; } = Assembly.GetExecutingAssembly().GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";

    public IReadOnlyList<BackupEntry> Entries => entries;

    private string Partial => Arriving(path);

    public static BackupWriter Create(string path, string passphrase, DateTimeOffset now)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var file = new FileStream(Arriving(path), new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.ReadWrite, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite });
        return new BackupWriter(path, file, passphrase, now);
    }

    public async Task AddAsync(string name, Stream content, BackedUpBlob? blob, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var bytes = 0L;
        await using (var packed = Open(name))
        {
            var buffer = new byte[Seal.PieceBytes];
            for (int count; (count = await content.ReadAsync(buffer, cancellationToken)) > 0; bytes += count)
            {
                hash.AppendData(buffer, 0, count);
                await packed.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
            }
        }
        entries.Add(new BackupEntry(name, bytes, Convert.ToHexStringLower(hash.GetHashAndReset()), blob));
    }

    /// <summary>Writes the manifest and gives the file its name.</summary>
    /// <param name="tables">How many each database has.</param>
    public async Task FinishAsync(string postgresVersion, IReadOnlyDictionary<string, long> tables, IReadOnlyList<string> folders, CancellationToken cancellationToken)
    {
        await using (var manifest = Open(ManifestName))
            await JsonSerializer.SerializeAsync(manifest, new BackupManifest(now, postgresVersion, [.. tables.Keys], folders, entries, tables), JsonSerializerOptions.Web, cancellationToken);
        zip.Dispose();
        file.Flush(flushToDisk: true);
        await file.DisposeAsync();
        File.Move(Partial, path, overwrite: true);
    }

    // Encrypted bytes do not pack any more, so they are packed before.
    private GZipStream Open(string name) => new(seal.Write(name, zip.CreateEntry(name, CompressionLevel.NoCompression).Open()), CompressionLevel.Fastest);

    private static string Arriving(string path) => $"{path}.partial";

    public async ValueTask DisposeAsync()
    {
        if (!File.Exists(Partial))
            return;
        zip.Dispose();
        await file.DisposeAsync();
        File.Delete(Partial);
    }
}
