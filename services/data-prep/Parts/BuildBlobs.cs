using System.Security.Cryptography;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace ModelOps.DataPrep.Parts;

/// <summary>A blob of a build that was there and is not any more.</summary>
internal sealed class LostBlobException(string name) : Exception($"The blob storage has lost {name}; it is made again.");

/// <summary>
/// What the parts of a build hand to each other, in blob storage under the build's prefix and the SHA-256 of the content. No copies are kept
/// beside: what the storage loses is made again, and what a build leaves must be found by its prefix alone.
/// </summary>
internal sealed class BuildBlobs(BlobContainerClient container)
{
    /// <returns>The content's hash, which is its name.</returns>
    public async Task<string> PutAsync(BuildRow build, string path, CancellationToken cancellationToken)
    {
        string sha256;
        await using (var content = File.OpenRead(path))
            sha256 = Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellationToken));
        try
        {
            // Nobody replaces what another is reading.
            await container.GetBlobClient(build.Prefix + sha256).UploadAsync(path, new BlobUploadOptions { Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All } }, cancellationToken);
        }
        catch (RequestFailedException exception) when (exception.Status is 409 or 412)
        {
            // It is there: a name is a content.
        }
        return sha256;
    }

    /// <exception cref="LostBlobException">It is not there.</exception>
    public async Task GetAsync(BuildRow build, string sha256, string path, CancellationToken cancellationToken)
    {
        try
        {
            await container.GetBlobClient(build.Prefix + sha256).DownloadToAsync(path, cancellationToken);
        }
        catch (RequestFailedException exception) when (exception.Status == 404 && exception.ErrorCode != BlobErrorCode.ContainerNotFound)
        {
            throw new LostBlobException(build.Prefix + sha256);
        }
    }

    /// <summary>The hashes of what is there.</summary>
    public async Task<IReadOnlySet<string>> ListAsync(BuildRow build, CancellationToken cancellationToken)
    {
        var there = new HashSet<string>();
        await foreach (var blob in container.GetBlobsAsync(BlobTraits.None, BlobStates.None, build.Prefix, cancellationToken))
            there.Add(blob.Name[build.Prefix.Length..]);
        return there;
    }

    public async Task RemoveAsync(string prefix, CancellationToken cancellationToken)
    {
        await foreach (var blob in container.GetBlobsAsync(BlobTraits.None, BlobStates.None, prefix, cancellationToken))
            await container.GetBlobClient(blob.Name).DeleteIfExistsAsync(cancellationToken: cancellationToken);
    }

    /// <summary>Whether nothing was put under a prefix since then.</summary>
    public async Task<bool> AreOlderAsync(string prefix, DateTimeOffset than, CancellationToken cancellationToken)
    {
        await foreach (var blob in container.GetBlobsAsync(BlobTraits.None, BlobStates.None, prefix, cancellationToken))
        {
            if (blob.Properties.LastModified > than)
                return false;
        }
        return true;
    }

    /// <summary>The prefixes under which builds have left something, of all stores.</summary>
    public async Task<IReadOnlyList<(Guid Build, string Prefix)>> BuildsAsync(CancellationToken cancellationToken)
    {
        var builds = new List<(Guid, string)>();
        await foreach (var store in FoldersAsync("", cancellationToken))
        {
            await foreach (var build in FoldersAsync($"{store}builds/", cancellationToken))
            {
                if (Guid.TryParse(build.TrimEnd('/').Split('/')[^1], out var id))
                    builds.Add((id, build));
            }
        }
        return builds;
    }

    private async IAsyncEnumerable<string> FoldersAsync(string prefix, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var item in container.GetBlobsByHierarchyAsync(BlobTraits.None, BlobStates.None, "/", prefix, cancellationToken))
        {
            if (item.IsPrefix)
                yield return item.Prefix;
        }
    }
}
