using System.Buffers;
using System.Runtime.ExceptionServices;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Microsoft.EntityFrameworkCore;
using ModelOps.Contracts;

namespace ModelOps.Registry.Artifacts;

/// <summary>
/// Takes files in parts: a body goes to blob storage block by block, and a block counts once the database says so. Of two requests that
/// append at the same place one counts, and the other is told.
/// </summary>
internal sealed class PartialFiles(RegistryDb database, BlobContainerClient container, ArtifactStorage storage)
{
    private const int BlockSize = 4 << 20;

    public Task<PartialFileRow?> FindAsync(StoreId store, string model, int version, string path, CancellationToken cancellationToken) =>
        database.PartialFiles.AsNoTracking().FirstOrDefaultAsync(row => row.Store == store.Value && row.Model == model && row.Version == version && row.Path == path, cancellationToken);

    public async Task<PartialFileRow> BeginAsync(StoreId store, string model, int version, string path, CancellationToken cancellationToken)
    {
        await database.Database.ExecuteSqlAsync($$"""
            INSERT INTO partial_files (store, model, version, path, id, bytes, blocks) VALUES ({{store.Value}}, {{model}}, {{version}}, {{path}}, {{Guid.CreateVersion7()}}, 0, '{}') ON CONFLICT DO NOTHING
            """, cancellationToken);
        return (await FindAsync(store, model, version, path, cancellationToken))!;
    }

    /// <summary>Takes in what arrives of <paramref name="body"/>, also when it breaks off.</summary>
    /// <returns>False when another request appends to the same file.</returns>
    public async Task<bool> AppendAsync(PartialFileRow file, Stream body, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BlockSize);
        try
        {
            while (true)
            {
                var (read, broken) = await FillAsync(body, buffer.AsMemory(0, BlockSize), cancellationToken);
                // What has arrived is kept even if the caller is gone.
                if (read > 0 && !await StageAsync(file, buffer, read))
                    return false;
                broken?.Throw();
                if (read < BlockSize)
                    return true;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Puts the parts together and stores the file under its hash; null when blob storage has lost some, and it begins anew.</summary>
    public async Task<(string Sha256, long Bytes)?> CompleteAsync(StoreId store, PartialFileRow file, CancellationToken cancellationToken)
    {
        try
        {
            var blob = container.GetBlockBlobClient(file.Blob);
            await blob.CommitBlockListAsync(file.Blocks, cancellationToken: cancellationToken);
            await using var content = await blob.OpenReadAsync(new BlobOpenReadOptions(allowModifications: false), cancellationToken);
            return await storage.PutAsync(store, content, cancellationToken);
        }
        catch (RequestFailedException exception) when (exception.ErrorCode == "InvalidBlockList" || exception.Status == StatusCodes.Status404NotFound)
        {
            await RemoveAsync(file, cancellationToken);
            return null;
        }
    }

    public async Task RemoveAsync(PartialFileRow file, CancellationToken cancellationToken)
    {
        await database.PartialFiles.Where(row => row.Id == file.Id).ExecuteDeleteAsync(cancellationToken);
        await container.GetBlobClient(file.Blob).DeleteIfExistsAsync(cancellationToken: cancellationToken);
    }

    private async Task<bool> StageAsync(PartialFileRow file, byte[] buffer, int length)
    {
        var block = Convert.ToBase64String(Guid.NewGuid().ToByteArray());
        using var content = new MemoryStream(buffer, 0, length, writable: false);
        await container.GetBlockBlobClient(file.Blob).StageBlockAsync(block, content, cancellationToken: CancellationToken.None);
        var counted = await database.Database.ExecuteSqlAsync(
            $"UPDATE partial_files SET bytes = bytes + {length}, blocks = array_append(blocks, {block}::text) WHERE id = {file.Id} AND bytes = {file.Bytes}", CancellationToken.None);
        file.Bytes += length;
        file.Blocks.Add(block);
        return counted == 1;
    }

    private static async Task<(int Read, ExceptionDispatchInfo? Broken)> FillAsync(Stream body, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var filled = 0;
        try
        {
            for (int read; filled < buffer.Length && (read = await body.ReadAsync(buffer[filled..], cancellationToken)) > 0;)
                filled += read;
            return (filled, null);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            return (filled, ExceptionDispatchInfo.Capture(exception));
        }
    }
}
