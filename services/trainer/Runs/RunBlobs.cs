using Azure;
using Azure.Storage.Blobs;
using ModelOps.Contracts;
using ModelOps.Trainer.Training;

namespace ModelOps.Trainer.Runs;

/// <summary>A run's files in blob storage, <c>{store}/{run}/…</c>, where every replica finds them.</summary>
public sealed class RunBlobs(BlobContainerClient container)
{
    public Task CreateContainerAsync(CancellationToken cancellationToken = default) => container.CreateIfNotExistsAsync(cancellationToken: cancellationToken);

    /// <param name="name">In the run's place.</param>
    public async Task UploadCheckpointAsync(StoreId store, Guid run, string folder, string name = Checkpoint.FileName, CancellationToken cancellationToken = default)
    {
        await CreateContainerAsync(cancellationToken);
        await using var file = File.OpenRead(Path.Combine(folder, Checkpoint.FileName));
        await Blob(store, run, name).UploadAsync(file, overwrite: true, cancellationToken);
    }

    /// <summary>Fetches the checkpoint if there is one.</summary>
    /// <param name="name">In the run's place.</param>
    public Task<bool> FetchCheckpointAsync(StoreId store, Guid run, string folder, string name = Checkpoint.FileName, CancellationToken cancellationToken = default) =>
        FetchAsync(Blob(store, run, name), Path.Combine(folder, Checkpoint.FileName), cancellationToken);

    public async Task UploadPackageAsync(StoreId store, Guid run, string packageFolder, CancellationToken cancellationToken)
    {
        await CreateContainerAsync(cancellationToken);
        foreach (var path in Directory.EnumerateFiles(packageFolder))
        {
            await using var file = File.OpenRead(path);
            await Blob(store, run, $"{TrainingTask.PackageFolder}/{Path.GetFileName(path)}").UploadAsync(file, overwrite: true, cancellationToken);
        }
    }

    /// <summary>Fetches every file of the package.</summary>
    /// <returns>False when one of <paramref name="needed"/> is not in the storage.</returns>
    public async Task<bool> FetchPackageAsync(StoreId store, Guid run, string packageFolder, IEnumerable<string> needed, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(packageFolder);
        var prefix = $"{store}/{run}/{TrainingTask.PackageFolder}/";
        await foreach (var blob in container.GetBlobsAsync(Azure.Storage.Blobs.Models.BlobTraits.None, Azure.Storage.Blobs.Models.BlobStates.None, prefix, cancellationToken))
            await FetchAsync(container.GetBlobClient(blob.Name), Path.Combine(packageFolder, Path.GetFileName(blob.Name)), cancellationToken);
        return needed.All(file => File.Exists(Path.Combine(packageFolder, file)));
    }

    public async Task RemoveAsync(StoreId store, Guid run, CancellationToken cancellationToken)
    {
        await foreach (var blob in container.GetBlobsAsync(Azure.Storage.Blobs.Models.BlobTraits.None, Azure.Storage.Blobs.Models.BlobStates.None, $"{store}/{run}/", cancellationToken))
            await container.DeleteBlobIfExistsAsync(blob.Name, cancellationToken: cancellationToken);
    }

    private BlobClient Blob(StoreId store, Guid run, string file) => container.GetBlobClient($"{store}/{run}/{file}");

    private static async Task<bool> FetchAsync(BlobClient blob, string path, CancellationToken cancellationToken)
    {
        try
        {
            await blob.DownloadToAsync(path, cancellationToken);
            return true;
        }
        catch (RequestFailedException exception) when (exception.Status == StatusCodes.Status404NotFound)
        {
            File.Delete(path);
            return false;
        }
    }
}
