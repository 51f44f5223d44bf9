using System.Runtime.CompilerServices;
using DuckDB.NET.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using ModelOps.Contracts;
using ModelOps.Contracts.Datasets;
using ModelOps.DataPrep.Datasets;
using ModelOps.DataPrep.Sources;
using ModelOps.Pictures;

namespace ModelOps.DataPrep.Pictures;

/// <summary>
/// Fetches the pictures that the catalogue of a dataset's latest version names. One that is there already is asked for only if its address has changed,
/// or by its entity tag.
/// </summary>
internal sealed class PictureLinksSource(PictureDownload download, DatasetStorage storage, IOptions<PictureOptions> options)
{
    /// <summary>Rows of a source, and pictures that are held at the same time.</summary>
    private const int RowsPerFile = 5000, Held = 64;

    public async IAsyncEnumerable<UploadedFile> FetchAsync(StoreId store, string dataset, PictureLinks links, DatasetsDb database, string folder, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var wanted = await WantedAsync(store, dataset, links, database, folder, cancellationToken);
        WorkProgress.Current.Announce((wanted.Count + RowsPerFile - 1) / RowsPerFile, null);
        foreach (var (number, part) in wanted.Chunk(RowsPerFile).Index())
        {
            using var rows = new PictureRows(Path.Combine(folder, $"{Guid.NewGuid():N}.pictures"), options.Value.Limits, options.Value.Video);
            foreach (var together in part.Chunk(Held))
                await AddAsync(rows, together, cancellationToken);
            var file = await rows.DoneAsync($"image_link-{number + 1}.jsonl", cancellationToken);
            if (rows.Count > 0)
                yield return file;
        }
    }

    private async Task AddAsync(PictureRows rows, Link[] links, CancellationToken cancellationToken)
    {
        var fetched = new (DownloadedPicture? Picture, PictureException? Fault)[links.Length];
        await Parallel.ForAsync(0, links.Length, new ParallelOptions { MaxDegreeOfParallelism = options.Value.MaxAtOnce, CancellationToken = cancellationToken }, async (at, token) =>
        {
            try
            {
                fetched[at].Picture = await download.FetchAsync(links[at].Address, links[at].ETag, token);
            }
            catch (PictureException exception)
            {
                fetched[at].Fault = exception;
            }
        });
        foreach (var (link, (picture, fault)) in links.Zip(fetched))
        {
            if (fault is not null)
                rows.Refuse(link.Product, fault, link.Address);
            else if (picture!.Content is { } content)
                await rows.AddAsync(link.Product, content, link.Address, picture.ETag, cancellationToken);
        }
    }

    /// <exception cref="UploadException">There is no catalogue with addresses.</exception>
    private async Task<List<Link>> WantedAsync(StoreId store, string dataset, PictureLinks links, DatasetsDb database, string folder, CancellationToken cancellationToken)
    {
        var latest = await database.Versions.AsNoTracking().Where(row => row.Store == store.Value && row.Dataset == dataset && row.RemovedAt == null).OrderByDescending(row => row.Version).FirstOrDefaultAsync(cancellationToken);
        var (products, pictures) = (Path.Combine(folder, "links-products.parquet"), Path.Combine(folder, "links-pictures.parquet"));
        if (latest is null || !await storage.GetVersionFileAsync(store, latest.ContentSha256, DatasetFiles.Products, products, cancellationToken))
            throw new UploadException($"The dataset '{dataset}' has no catalogue yet, whose image_link says where pictures are. Upload it first: POST /v1/datasets?name={dataset}, part products.");
        var hasPictures = await storage.GetVersionFileAsync(store, latest.ContentSha256, DatasetFiles.Pictures, pictures, cancellationToken);
        using var duck = new DuckDBConnection("DataSource=:memory:");
        duck.Open();
        var known = hasPictures ? $"SELECT item_id, address, etag FROM read_parquet({Sql.Literal(pictures)})" : "SELECT NULL::VARCHAR AS item_id, NULL::VARCHAR AS address, NULL::VARCHAR AS etag WHERE false";
        var isStale = links.Refresh ? "true" : "known.address IS DISTINCT FROM product.image_link OR known.etag IS NOT NULL";
        // New ones first: what is known is there already, and must not take the place of what lies beyond the limit.
        var wanted = duck.Rows($"""
            SELECT product.item_id, product.image_link, CASE WHEN known.address = product.image_link THEN known.etag END
            FROM read_parquet({Sql.Literal(products)}) product LEFT JOIN ({known}) known ON known.item_id = product.item_id
            WHERE product.image_link IS NOT NULL AND ({isStale}) ORDER BY (known.address IS NOT DISTINCT FROM product.image_link), product.item_id LIMIT {Math.Min(links.Most ?? int.MaxValue, options.Value.MaxFetched)}
            """, row => new Link(row.GetString(0), row.GetString(1), row.IsDBNull(2) ? null : row.GetString(2)));
        if (wanted.Count == 0 && duck.Scalar<long>($"SELECT count(image_link) FROM read_parquet({Sql.Literal(products)})") == 0)
            throw new UploadException($"No product of '{dataset}' has an image_link. Upload a catalogue with that column, or the pictures themselves as a zip archive.");
        File.Delete(products);
        File.Delete(pictures);
        return wanted;
    }

    private sealed record Link(string Product, string Address, string? ETag);
}
