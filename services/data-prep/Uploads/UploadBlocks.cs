using System.Buffers;
using System.Runtime.ExceptionServices;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Specialized;
using Microsoft.EntityFrameworkCore;
using ModelOps.DataPrep.Datasets;
using ModelOps.DataPrep.Sources;
using Npgsql;

namespace ModelOps.DataPrep.Uploads;

/// <summary>Appends to uploads: a body goes to blob storage block by block, and each block counts once the database says so.</summary>
internal sealed class UploadBlocks(DatasetsDb database, NpgsqlDataSource locks, BlobContainerClient container, TimeProvider time)
{
    /// <summary>How long uploads wait that nobody finishes or imports: as long as blob storage keeps blocks that were not put together.</summary>
    public static readonly TimeSpan Keep = TimeSpan.FromDays(7);

    private const int BlockSize = 4 << 20;

    /// <summary>The blob storage's own limit.</summary>
    private const int MostBlocks = 50_000;

    /// <summary>Takes in what arrives of <paramref name="body"/>, also when it breaks off.</summary>
    /// <exception cref="UploadException">The upload is too long, or another request appends to it.</exception>
    public async Task AppendAsync(UploadRow upload, Stream body, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BlockSize);
        try
        {
            while (true)
            {
                var (read, broken) = await FillAsync(body, buffer.AsMemory(0, BlockSize), cancellationToken);
                // What has arrived is kept even if the caller is gone.
                if (read > 0)
                    await StageAsync(upload, buffer, read);
                broken?.Throw();
                if (read < BlockSize)
                    return;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Puts the blocks together. False when the storage has lost some: the upload begins anew.</summary>
    public async Task<bool> CompleteAsync(UploadRow upload, CancellationToken cancellationToken)
    {
        try
        {
            await container.GetBlockBlobClient(upload.Blob).CommitBlockListAsync(Enumerable.Range(0, upload.Blocks).Select(BlockId), cancellationToken: cancellationToken);
            upload.IsComplete = true;
        }
        catch (RequestFailedException exception) when (exception.ErrorCode == "InvalidBlockList")
        {
            (upload.Offset, upload.Blocks) = (0, 0);
        }
        await database.SaveChangesAsync(cancellationToken);
        return upload.IsComplete;
    }

    /// <summary>Forgets uploads that nobody finished or imported.</summary>
    public async Task RemoveOldAsync(CancellationToken cancellationToken)
    {
        var oldest = time.GetUtcNow() - Keep;
        foreach (var upload in await database.Uploads.AsNoTracking().Where(row => row.CreatedAt < oldest).ToListAsync(cancellationToken))
            await RemoveAsync(upload, cancellationToken);
    }

    public async Task RemoveAsync(UploadRow upload, CancellationToken cancellationToken)
    {
        await container.GetBlobClient(upload.Blob).DeleteIfExistsAsync(cancellationToken: cancellationToken);
        await database.Uploads.Where(row => row.Id == upload.Id).ExecuteDeleteAsync(cancellationToken);
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

    private async Task StageAsync(UploadRow upload, byte[] buffer, int length)
    {
        if (upload.Blocks == MostBlocks)
            throw new UploadException($"The upload has {MostBlocks} parts, the most there can be. Send larger parts: at least {BlockSize} bytes each.");
        var (offset, blocks) = (upload.Offset, upload.Blocks);
        // A second block of the same number would take the place of one that counts already.
        await using var turn = await locks.TakeTurnAsync($"upload/{upload.Id}", CancellationToken.None);
        var current = database.Uploads.Where(row => row.Id == upload.Id && row.Offset == offset && row.Blocks == blocks && !row.IsComplete);
        if (!await current.AnyAsync(CancellationToken.None))
            throw new UploadException("Another request appends to the same upload. Ask for the offset (HEAD) and go on from there.");
        using var block = new MemoryStream(buffer, 0, length, writable: false);
        await container.GetBlockBlobClient(upload.Blob).StageBlockAsync(BlockId(blocks), block, cancellationToken: CancellationToken.None);
        await current.ExecuteUpdateAsync(row => row.SetProperty(u => u.Offset, offset + length).SetProperty(u => u.Blocks, blocks + 1), CancellationToken.None);
        database.Entry(upload).Property(row => row.Offset).OriginalValue = offset + length;
        database.Entry(upload).Property(row => row.Blocks).OriginalValue = blocks + 1;
        (upload.Offset, upload.Blocks) = (offset + length, blocks + 1);
    }

    private static string BlockId(int number) => Convert.ToBase64String(BitConverter.GetBytes(number));
}
