using System.Text.Json;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using ModelOps.Contracts;
using ModelOps.Contracts.Runs;
using ModelOps.Features;

namespace ModelOps.Trainer.Imports;

/// <summary>Imports in blob storage, <c>{store}/imports/{id}/…</c>. The record is written last: without it there is no import.</summary>
public sealed class ImportBlobs(BlobContainerClient container)
{
    private const string Record = "import.json";

    public async Task SaveAsync(StoreId store, ImportedCheckpoint import, string folder, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(import);
        await container.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
        foreach (var path in Directory.EnumerateFiles(folder))
            await Blob(store, import.Id, Path.GetFileName(path)).UploadAsync(path, overwrite: true, cancellationToken);
        await Blob(store, import.Id, Record).UploadAsync(BinaryData.FromObjectAsJson(import, PackageJson.Line), overwrite: true, cancellationToken);
    }

    public async Task<ImportedCheckpoint?> FindAsync(StoreId store, string id, CancellationToken cancellationToken)
    {
        if (!IsId(id))
            return null;
        try
        {
            var record = await Blob(store, id, Record).DownloadContentAsync(cancellationToken);
            return JsonSerializer.Deserialize<ImportedCheckpoint>(record.Value.Content, PackageJson.Line);
        }
        catch (RequestFailedException exception) when (exception.Status == StatusCodes.Status404NotFound)
        {
            return null;
        }
    }

    /// <summary>Newest first.</summary>
    public async Task<IReadOnlyList<ImportedCheckpoint>> ListAsync(StoreId store, CancellationToken cancellationToken)
    {
        await container.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
        var found = new List<ImportedCheckpoint>();
        await foreach (var blob in BlobsAsync($"{store}/imports/", cancellationToken))
        {
            if (blob.Name.EndsWith("/" + Record, StringComparison.Ordinal) && await FindAsync(store, blob.Name.Split('/')[^2], cancellationToken) is { } import)
                found.Add(import);
        }
        return [.. found.OrderByDescending(import => import.CreatedAt)];
    }

    /// <summary>Puts an import's files into <paramref name="folder"/>. False when it is not complete in the storage.</summary>
    public async Task<bool> FetchAsync(StoreId store, string id, string folder, CancellationToken cancellationToken)
    {
        if (await FindAsync(store, id, cancellationToken) is not { } import)
            return false;
        Directory.CreateDirectory(folder);
        try
        {
            foreach (var file in ImportFiles.ByPart.Values.Where(file => file != ImportFiles.Items || import.HasItemIds))
                await Blob(store, id, file).DownloadToAsync(Path.Combine(folder, file), cancellationToken);
            return true;
        }
        catch (RequestFailedException exception) when (exception.Status == StatusCodes.Status404NotFound)
        {
            return false;
        }
    }

    /// <summary>Removes the record first. Runs that imported it keep what they made.</summary>
    public async Task RemoveAsync(StoreId store, string id, CancellationToken cancellationToken)
    {
        await Blob(store, id, Record).DeleteIfExistsAsync(cancellationToken: cancellationToken);
        await foreach (var blob in BlobsAsync($"{store}/imports/{id}/", cancellationToken))
            await container.DeleteBlobIfExistsAsync(blob.Name, cancellationToken: cancellationToken);
    }

    /// <summary>An id comes from outside and becomes part of a path.</summary>
    private static bool IsId(string id) => id.Length == 64 && id.All(char.IsAsciiHexDigitLower);

    private BlobClient Blob(StoreId store, string id, string file) => container.GetBlobClient($"{store}/imports/{id}/{file}");

    private AsyncPageable<BlobItem> BlobsAsync(string prefix, CancellationToken cancellationToken) => container.GetBlobsAsync(BlobTraits.None, BlobStates.None, prefix, cancellationToken);
}
