using ModelOps.Contracts;
using ModelOps.DataPrep.Sources;
using ModelOps.ServiceDefaults.Blobs;

namespace ModelOps.DataPrep.Datasets;

/// <summary>Where a dataset's bytes lie in blob storage: sources under their hash, a version's files under its content's hash.</summary>
internal sealed class DatasetStorage(KeptBlobs blobs)
{
    /// <summary>Stores a source once; a blob of that name has that content.</summary>
    public Task PutSourceAsync(StoreId store, string sha256, string path, CancellationToken cancellationToken) =>
        blobs.PutAsync($"{store}/sources/{sha256}", path, cancellationToken);

    /// <returns>False when the source is not there.</returns>
    public Task<bool> GetSourceAsync(StoreId store, string sha256, string path, CancellationToken cancellationToken) =>
        GetAsync($"{store}/sources/{sha256}", path, cancellationToken);

    /// <returns>False when the blob is not there.</returns>
    public async Task<bool> GetAsync(string blob, string path, CancellationToken cancellationToken)
    {
        await using var content = await blobs.OpenAsync(blob, cancellationToken);
        if (content is null)
            return false;
        await using var counted = new CountedStream(content, WorkProgress.Current);
        await using var target = File.Create(path);
        await counted.CopyToAsync(target, cancellationToken);
        return true;
    }

    public Task<bool> DeleteSourceAsync(StoreId store, string sha256, CancellationToken cancellationToken) =>
        blobs.DeleteAsync($"{store}/sources/{sha256}", cancellationToken);

    /// <summary>Stores a file that an import has fetched, until its version is made.</summary>
    public Task PutFetchedAsync(string blob, string path, CancellationToken cancellationToken) => blobs.PutAsync(blob, path, cancellationToken);

    public Task<bool> DeleteAsync(string blob, CancellationToken cancellationToken) => blobs.DeleteAsync(blob, cancellationToken);

    public Task PutVersionFileAsync(StoreId store, string contentSha256, string path, CancellationToken cancellationToken) =>
        blobs.PutAsync($"{store}/versions/{contentSha256}/{Path.GetFileName(path)}", path, cancellationToken);

    /// <returns>False when the file is not there.</returns>
    public async Task<bool> GetVersionFileAsync(StoreId store, string contentSha256, string file, string path, CancellationToken cancellationToken)
    {
        await using var content = await OpenVersionFileAsync(store, contentSha256, file, cancellationToken);
        if (content is null)
            return false;
        await using var target = File.Create(path);
        await content.CopyToAsync(target, cancellationToken);
        return true;
    }

    public Task<bool> DeleteVersionFileAsync(StoreId store, string contentSha256, string file, CancellationToken cancellationToken) =>
        blobs.DeleteAsync($"{store}/versions/{contentSha256}/{file}", cancellationToken);

    /// <summary>Opens a version's file, or null when there is none of that name.</summary>
    public Task<Stream?> OpenVersionFileAsync(StoreId store, string contentSha256, string file, CancellationToken cancellationToken) =>
        blobs.OpenAsync($"{store}/versions/{contentSha256}/{file}", cancellationToken);
}
