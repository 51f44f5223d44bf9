using System.Security.Cryptography;
using System.Text.Json;
using ModelOps.Contracts;
using ModelOps.ServiceDefaults.Blobs;

namespace ModelOps.Registry.Artifacts;

/// <summary>Content-addressed files in blob storage: the name of a blob is the SHA-256 of its bytes.</summary>
internal sealed class ArtifactStorage(KeptBlobs blobs)
{
    /// <summary>Stores a stream under its hash. The bytes pass over local disk, because the name is known only at their end.</summary>
    public async Task<(string Sha256, long Bytes)> PutAsync(StoreId store, Stream content, CancellationToken cancellationToken)
    {
        var path = Path.GetTempFileName();
        try
        {
            string sha256;
            long bytes;
            await using (var file = new FileStream(path, FileMode.Create, FileAccess.ReadWrite))
            {
                await content.CopyToAsync(file, cancellationToken);
                file.Position = 0;
                sha256 = Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken));
                bytes = file.Length;
            }
            await blobs.PutAsync(NameOf(store, sha256), path, cancellationToken);
            return (sha256, bytes);
        }
        finally
        {
            File.Delete(path);
        }
    }

    public Task<(string Sha256, long Bytes)> PutJsonAsync<T>(StoreId store, T value, CancellationToken cancellationToken) =>
        PutAsync(store, new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(value, JsonSerializerOptions.Web)), cancellationToken);

    /// <summary>Reads a file back. False when it is missing or its bytes are not those of its name.</summary>
    public async Task<bool> VerifyAsync(StoreId store, string sha256, CancellationToken cancellationToken)
    {
        await using var content = await OpenAsync(store, sha256, cancellationToken);
        return content is not null && Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellationToken)) == sha256;
    }

    public Task<Stream?> OpenAsync(StoreId store, string sha256, CancellationToken cancellationToken) => blobs.OpenAsync(NameOf(store, sha256), cancellationToken);

    /// <summary>A small file's bytes; null when it is missing.</summary>
    public async Task<byte[]?> ReadAsync(StoreId store, string sha256, CancellationToken cancellationToken)
    {
        await using var content = await OpenAsync(store, sha256, cancellationToken);
        if (content is null)
            return null;
        using var bytes = new MemoryStream();
        await content.CopyToAsync(bytes, cancellationToken);
        return bytes.ToArray();
    }

    /// <summary>Removes a file that nobody shares and that was not put again since <paramref name="unchangedSince"/>.</summary>
    public Task RemoveAsync(StoreId store, string sha256, DateTimeOffset unchangedSince, Func<Task<bool>> isShared, CancellationToken cancellationToken) =>
        blobs.RemoveAsync(NameOf(store, sha256), unchangedSince, isShared, cancellationToken);

    private static string NameOf(StoreId store, string sha256) => $"{store}/sha256/{sha256}";
}
