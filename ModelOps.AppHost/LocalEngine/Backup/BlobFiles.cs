using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace ModelOps.AppHost.LocalEngine.Backup;

/// <summary>
/// The blobs of all containers, read while services write. Asked twice, before the databases are copied and after: whatever a database names
/// at its moment was there at the first pass, or came before the second; a blob's name is its content's hash, so no other version matters.
/// Checkpoints alone are overwritten under their names: they are as the first pass found them, never ahead of the database.
/// </summary>
internal sealed class BlobFiles(IReadOnlyList<(string Name, BlobContainerClient Client)> containers)
{
    private const string Checkpoints = "checkpoints", CheckpointName = "/checkpoint.bin";
    private readonly Dictionary<(string Container, string Name), ETag> _copied = [];
    private int _pass;

    /// <summary>Adds what was not added before, or has changed since.</summary>
    public async Task BackUpAsync(BackupWriter backup, CancellationToken cancellationToken)
    {
        _pass++;
        foreach (var (name, client) in containers)
        {
            await foreach (var blob in client.GetBlobsAsync(BlobTraits.Metadata, BlobStates.None, null, cancellationToken))
            {
                if (!_copied.TryGetValue((name, blob.Name), out var copied) || (copied != blob.Properties.ETag && !IsCheckpoint(name, blob.Name)))
                    await AddAsync(backup, name, client.GetBlobClient(blob.Name), cancellationToken);
            }
        }
    }

    private static bool IsCheckpoint(string container, string name) => container == Checkpoints && name.EndsWith(CheckpointName, StringComparison.Ordinal);

    private async Task AddAsync(BackupWriter backup, string container, BlobClient blob, CancellationToken cancellationToken)
    {
        try
        {
            var answer = (await blob.DownloadStreamingAsync(cancellationToken: cancellationToken)).Value;
            await using var content = answer.Content;
            await backup.AddAsync($"blobs/{_pass}/{container}/{blob.Name}", content, new BackedUpBlob(container, blob.Name, answer.Details.ContentType, answer.Details.Metadata.ToDictionary()), cancellationToken);
            _copied[(container, blob.Name)] = answer.Details.ETag;
        }
        catch (RequestFailedException gone) when (gone.Status == 404)
        {
            // Removed since it was listed, so nothing named it any more.
        }
    }
}
