namespace ModelOps.AppHost.LocalEngine.Backup;

/// <summary>What anybody can read of a backup: how to get at the rest with its passphrase.</summary>
/// <param name="Format">Of the file; this release reads and writes 1.</param>
/// <param name="Salt">Of the key, in Base64.</param>
internal sealed record BackupHeader(int Format, DateTimeOffset CreatedAt, string Release, string Salt, int Iterations)
{
    public const int Present = 1;
}

/// <summary>What a backup holds; encrypted like its entries.</summary>
/// <param name="PostgresVersion">Of the server whose files these are; its major version has to be the same where they are restored.</param>
/// <param name="Folders">Of PostgreSQL's data directory, empty ones too.</param>
/// <param name="Tables">How many each database had at the beginning; earlier backups do not say.</param>
internal sealed record BackupManifest(
    DateTimeOffset CreatedAt, string PostgresVersion, IReadOnlyList<string> Databases, IReadOnlyList<string> Folders, IReadOnlyList<BackupEntry> Entries, IReadOnlyDictionary<string, long>? Tables = null);

/// <param name="Bytes">Of the content, unpacked.</param>
/// <param name="Sha256">Of the content, in hexadecimal.</param>
/// <param name="Blob">Where the entry is a blob.</param>
internal sealed record BackupEntry(string Name, long Bytes, string Sha256, BackedUpBlob? Blob = null);

/// <param name="Container">The resource's name, as <c>modelfiles</c>.</param>
internal sealed record BackedUpBlob(string Container, string Name, string? ContentType, IReadOnlyDictionary<string, string> Metadata);
