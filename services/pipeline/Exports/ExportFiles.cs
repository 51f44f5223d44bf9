using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using ModelOps.Pipeline.Runs;
using ModelOps.ServiceDefaults.Blobs;

namespace ModelOps.Pipeline.Exports;

/// <summary>The files of exports: read part by part, and removed when they are old.</summary>
internal sealed class ExportFiles(PipelineDb database, KeptBlobs blobs, IOptions<ExportOptions> options, TimeProvider time)
{
    public async Task WriteAsync(ExportRow export, Stream target, CancellationToken cancellationToken)
    {
        await target.WriteAsync(ExportLines.Header(export.Format, export.Count), cancellationToken);
        await foreach (var part in database.ExportParts.AsNoTracking().Where(part => part.ExportId == export.Id).OrderBy(part => part.Number).AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            await using var content = await blobs.OpenAsync(part.Blob, cancellationToken)
                ?? throw new IOException($"Part {part.Number} of the export {export.Id} is not in blob storage any more. Ask for a new export.");
            await content.CopyToAsync(target, cancellationToken);
        }
    }

    /// <summary>The blobs first: what is interrupted is found again.</summary>
    public async Task RemoveAsync(ExportRow export, CancellationToken cancellationToken)
    {
        foreach (var blob in await database.ExportParts.Where(part => part.ExportId == export.Id).Select(part => part.Blob).ToListAsync(cancellationToken))
            await blobs.DeleteAsync(blob, cancellationToken);
        await blobs.DeleteAsync(export.UsersBlob, cancellationToken);
        await database.ExportParts.Where(part => part.ExportId == export.Id).ExecuteDeleteAsync(cancellationToken);
        await database.Exports.Where(row => row.Id == export.Id).ExecuteDeleteAsync(cancellationToken);
    }

    public async Task RemoveOldAsync(CancellationToken cancellationToken)
    {
        var oldest = time.GetUtcNow().AddDays(-options.Value.KeepDays);
        foreach (var export in await database.Exports.AsNoTracking().Where(row => row.EndedAt < oldest).ToListAsync(cancellationToken))
            await RemoveAsync(export, cancellationToken);
    }
}
