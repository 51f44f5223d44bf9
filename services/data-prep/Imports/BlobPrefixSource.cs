using System.Runtime.CompilerServices;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using ModelOps.Contracts.Datasets;
using ModelOps.DataPrep.Datasets;
using ModelOps.DataPrep.Mapping;
using ModelOps.DataPrep.Sources;

namespace ModelOps.DataPrep.Imports;

/// <summary>A blob as it was written once: whoever writes it anew gives it another tag.</summary>
internal readonly record struct WrittenBlob(string Name, string Tag);

/// <summary>Fetches the blobs under a prefix of the shop's own container, in the order of their names, without those that were fetched before.</summary>
internal static class BlobPrefixSource
{
    private const int Retries = 3;

    public static async IAsyncEnumerable<(UploadedFile File, string Tag)> FetchAsync(
        SourceKind kind, BlobPrefix blobs, string connection, IReadOnlySet<WrittenBlob> known, string folder, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var container = Open(blobs.Connection, connection);
        var all = await ListAsync(container, blobs, cancellationToken);
        if (all.Count == 0)
            throw new UploadException($"{blobs.Connection}: no blob begins with '{blobs.Prefix}'.");
        var wanted = all.Where(listed => !known.Contains(listed.Blob)).ToList();
        WorkProgress.Current.Announce(wanted.Count, wanted.Sum(listed => listed.Bytes));
        foreach (var (blob, _) in wanted)
        {
            var path = Path.Combine(folder, $"{Guid.NewGuid():N}.source");
            await container.GetBlobClient(blob.Name).DownloadToAsync(path, new BlobDownloadToOptions { ProgressHandler = WorkProgress.Current }, cancellationToken);
            yield return (await UploadedFile.OfAsync(kind, blob.Name, path, cancellationToken), blob.Tag);
        }
    }

    private static async Task<List<(WrittenBlob Blob, long Bytes)>> ListAsync(BlobContainerClient container, BlobPrefix blobs, CancellationToken cancellationToken)
    {
        try
        {
            var names = new List<(WrittenBlob Blob, long Bytes)>();
            await foreach (var blob in container.GetBlobsAsync(BlobTraits.None, BlobStates.None, blobs.Prefix, cancellationToken))
            {
                if (blob.Properties.ContentLength is > 0 and var bytes)
                    names.Add((new WrittenBlob(blob.Name, blob.Properties.ETag?.ToString() ?? ""), bytes));
            }
            names.Sort((one, other) => string.CompareOrdinal(one.Blob.Name, other.Blob.Name));
            return names;
        }
        catch (RequestFailedException exception) when (exception.Status is 401 or 403 or 404)
        {
            throw new UploadException($"{blobs.Connection}: the blob storage answers {exception.ErrorCode}. Mend the connection's container name or key.");
        }
    }

    private static BlobContainerClient Open(string name, string connection)
    {
        var parts = connection.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var container = parts.FirstOrDefault(part => part.StartsWith("ContainerName=", StringComparison.OrdinalIgnoreCase))
            ?? throw new UploadException($"The connection '{name}' has no ContainerName=. It is an account's connection string with ;ContainerName=… at its end.");
        try
        {
            return new BlobContainerClient(string.Join(';', parts.Where(part => part != container)), container["ContainerName=".Length..], new BlobClientOptions { Retry = { MaxRetries = Retries } });
        }
        catch (FormatException)
        {
            throw new UploadException($"The connection '{name}' is no blob storage connection string."); // without repeating it: it holds a key
        }
    }
}
