using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ModelOps.ServiceDefaults.Blobs;

/// <summary>
/// Blobs whose writer keeps a local copy until they have proved to last. A blob storage that dies may forget what it acknowledged
/// seconds before (Azurite saves its index every five); what is missing then is put again from the copy, and read from it meanwhile.
/// </summary>
public sealed class KeptBlobs : BackgroundService
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(5);

    /// <summary>Longer than the emulator takes to save, and the time of its restart.</summary>
    private static readonly TimeSpan Trial = TimeSpan.FromSeconds(30);

    private readonly BlobContainerClient container;
    private readonly ILogger<KeptBlobs> logger;
    private readonly string folder;

    public KeptBlobs(BlobContainerClient container, IHostEnvironment environment, ILogger<KeptBlobs> logger)
    {
        ArgumentNullException.ThrowIfNull(container);
        ArgumentNullException.ThrowIfNull(environment);
        (this.container, this.logger) = (container, logger);
        var data = Environment.GetEnvironmentVariable("MODELOPS_DATA") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), ".modelops");
        folder = Path.Combine(data, "kept", environment.ApplicationName, container.Name);
        Directory.CreateDirectory(folder);
    }

    /// <summary>Puts a file; a blob of that name is replaced.</summary>
    public async Task PutAsync(string name, string path, CancellationToken cancellationToken)
    {
        Keep(name, path);
        await DeletedMarkOf(name).DeleteIfExistsAsync(cancellationToken: cancellationToken);
        await container.GetBlobClient(name).UploadAsync(path, overwrite: true, cancellationToken);
    }

    private void Keep(string name, string path)
    {
        var arriving = $"{CopyOf(name)}.{Guid.NewGuid():N}.arriving";
        try
        {
            using (var from = File.OpenRead(path))
            using (var to = File.Create(arriving)) // a copy would have the age of the original, and be taken for an old one
                from.CopyTo(to);
            File.Move(arriving, CopyOf(name), overwrite: true);
        }
        catch
        {
            File.Delete(arriving); // on a full disk half a copy would make it worse
            throw;
        }
    }

    /// <summary>Opens a blob, or the kept copy of one that the storage has forgotten; null when there is neither.</summary>
    public async Task<Stream?> OpenAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            // The same bytes may be put again meanwhile: names are made of the content's hash.
            return await container.GetBlobClient(name).OpenReadAsync(new BlobOpenReadOptions(allowModifications: true), cancellationToken);
        }
        catch (RequestFailedException exception) when (exception.Status == 404 && exception.ErrorCode != BlobErrorCode.ContainerNotFound)
        {
            return File.Exists(CopyOf(name)) && !(await DeletedMarkOf(name).ExistsAsync(cancellationToken)).Value ? File.OpenRead(CopyOf(name)) : null;
        }
    }

    /// <summary>
    /// Removes a blob unless it was put after <paramref name="unchangedSince"/> or <paramref name="isNeeded"/> says so. A put
    /// that comes between the question and the removal wins: the removal is bound to the blob that was there before.
    /// </summary>
    public async Task RemoveAsync(string name, DateTimeOffset unchangedSince, Func<Task<bool>> isNeeded, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(isNeeded);
        var blob = container.GetBlobClient(name);
        try
        {
            var found = (await blob.GetPropertiesAsync(cancellationToken: cancellationToken)).Value;
            if (found.LastModified <= unchangedSince && !await isNeeded())
                await blob.DeleteAsync(conditions: new BlobRequestConditions { IfMatch = found.ETag }, cancellationToken: cancellationToken);
        }
        catch (RequestFailedException exception) when (exception.Status is 404 or 412)
        {
            // It is gone already, or was put again.
        }
    }

    /// <summary>Deletes a blob and the kept copy of it; false when there was neither. Another replica that has a copy reads the mark that stays, and does not put the blob again.</summary>
    public async Task<bool> DeleteAsync(string name, CancellationToken cancellationToken)
    {
        var hadCopy = File.Exists(CopyOf(name));
        await DeletedMarkOf(name).UploadAsync(BinaryData.FromString(""), overwrite: true, cancellationToken);
        File.Delete(CopyOf(name));
        return await container.GetBlobClient(name).DeleteIfExistsAsync(cancellationToken: cancellationToken) || hadCopy;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                foreach (var copy in new DirectoryInfo(folder).GetFiles().Where(file => DateTime.UtcNow - file.LastWriteTimeUtc > Trial))
                    await ProveAsync(copy, stoppingToken);
                await Task.Delay(Look, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                logger.LogWarning("Blobs cannot be checked ({Reason}); their copies stay", exception.Message);
                await Task.Delay(Look, CancellationToken.None);
            }
        }
    }

    private async Task ProveAsync(FileInfo copy, CancellationToken cancellationToken)
    {
        var name = Uri.UnescapeDataString(copy.Name);
        var blob = container.GetBlobClient(name);
        if (copy.Extension != ".arriving" && !await IsThereAsync(blob, copy.Length, cancellationToken) && !(await DeletedMarkOf(name).ExistsAsync(cancellationToken)).Value)
        {
            logger.LogWarning("The blob storage has forgotten {Name}; it is put again", name);
            await blob.UploadAsync(copy.FullName, overwrite: true, cancellationToken);
            copy.LastWriteTimeUtc = DateTime.UtcNow; // and on trial again
            return;
        }
        copy.Delete();
    }

    private static async Task<bool> IsThereAsync(BlobClient blob, long bytes, CancellationToken cancellationToken)
    {
        try
        {
            return (await blob.GetPropertiesAsync(cancellationToken: cancellationToken)).Value.ContentLength == bytes;
        }
        catch (RequestFailedException exception) when (exception.Status == 404 && exception.ErrorCode != BlobErrorCode.ContainerNotFound)
        {
            return false;
        }
    }

    /// <summary>An empty blob for one that was deleted on purpose.</summary>
    private BlobClient DeletedMarkOf(string name) => container.GetBlobClient($"deleted/{name}");

    private string CopyOf(string name) => Path.Combine(folder, Uri.EscapeDataString(name));
}

public static class KeptBlobsExtensions
{
    /// <summary>For the service that writes the container which was added with <c>AddAzureBlobContainerClient</c>.</summary>
    public static IServiceCollection AddKeptBlobs(this IServiceCollection services) => services
        .AddSingleton<KeptBlobs>()
        .AddHostedService(provider => provider.GetRequiredService<KeptBlobs>());
}
