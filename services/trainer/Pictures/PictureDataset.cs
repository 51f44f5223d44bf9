using DuckDB.NET.Data;
using ModelOps.Contracts.Datasets;
using ModelOps.Contracts.Events;
using ModelOps.Pictures;
using ModelOps.Search;
using ModelOps.Trainer.SearchIndexes;
using ModelOps.Trainer.Training;
using static ModelOps.Trainer.Training.ParquetRows;

namespace ModelOps.Trainer.Pictures;

/// <summary>The products of a catalogue that have a picture, row by row.</summary>
/// <param name="Thumbnails">JPEG files; none where they were not asked for.</param>
/// <param name="Unread">Pictures that could not be read; the dataset's own checks let none through.</param>
internal sealed record ShownProducts(IReadOnlyList<SearchProduct> Products, PictureSet Pictures, IReadOnlyList<byte[]> Thumbnails, int Unread);

/// <summary>Reads pictures, and what is known of their products, of a dataset version's files.</summary>
internal sealed class PictureDataset(string folder)
{
    private const int MostPairs = 200_000, MostInBasket = 20;
    private static readonly PictureLimits Limits = new();

    /// <param name="side">Of the square that the network sees.</param>
    /// <param name="thumbnails">Longest side of the copies to show; 0 for none.</param>
    /// <exception cref="TrainingException">There are no pictures of products.</exception>
    public async Task<ShownProducts> ReadAsync(int side, int thumbnails)
    {
        var catalogue = (await new SearchDataset(folder).ReadProductsAsync()).ToDictionary(product => product.Id);
        var (products, planes, small, unread) = (new List<SearchProduct>(), new List<byte[]>(), new List<byte[]>(), 0);
        foreach (var (id, content) in await ReadPicturesAsync())
        {
            if (!catalogue.TryGetValue(id, out var product))
                continue; // no longer sold
            try
            {
                using var picture = PictureReader.Read(content, Limits);
                var seen = new byte[3 * side * side];
                picture.Fill(seen, side);
                planes.Add(seen);
                if (thumbnails > 0)
                    small.Add(picture.ToJpeg(thumbnails));
                products.Add(product with { Description = null });
            }
            catch (PictureException)
            {
                unread++;
            }
        }
        if (products.Count == 0)
            throw new TrainingException("The dataset has no pictures of products that its catalogue names. Upload a zip archive of pictures named by product id (part 'pictures'), or import them from the catalogue's image_link; see docs/pictures.md.");
        var row = products.Index().ToDictionary(product => product.Item.Id, product => product.Index);
        var pairs = (await ReadPairsAsync()).Where(pair => row.ContainsKey(pair.One) && row.ContainsKey(pair.Other)).Select(pair => (row[pair.One], row[pair.Other]));
        return new ShownProducts(products, new PictureSet(side, planes, [.. products.Select(product => product.Title)], LabelsOf(products), [.. pairs]), small, unread);
    }

    /// <summary>Categories; of a catalogue without any, brands.</summary>
    private static List<string?> LabelsOf(List<SearchProduct> products) =>
        products.Any(product => product.Category is not null) ? products.ConvertAll(product => product.Category) : products.ConvertAll(product => product.Brand);

    private async Task<List<(string Id, byte[] Content)>> ReadPicturesAsync() => File.Exists(Path.Combine(folder, DatasetFiles.Pictures))
        ? await ParquetRows.ReadAsync($"SELECT item_id, picture FROM {Table(folder, DatasetFiles.Pictures)} WHERE picture IS NOT NULL ORDER BY item_id", row => (row.GetString(0), Bytes(row, 1)))
        : [];

    private static byte[] Bytes(DuckDBDataReader row, int column)
    {
        using var content = row.GetStream(column);
        var bytes = new byte[content.Length];
        content.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>Products that were bought on the same day by several shoppers, the most often first.</summary>
    private async Task<List<(string One, string Other)>> ReadPairsAsync() => File.Exists(Path.Combine(folder, DatasetFiles.Events))
        ? await ParquetRows.ReadAsync($"""
            WITH bought AS (SELECT DISTINCT user_id, CAST(time AS DATE) AS day, item_id FROM {Table(folder, DatasetFiles.Events)} WHERE event = '{EventNames.Purchase}' AND user_id IS NOT NULL AND item_id IS NOT NULL),
                baskets AS (SELECT * FROM bought QUALIFY count(*) OVER (PARTITION BY user_id, day) BETWEEN 2 AND {MostInBasket})
            SELECT one.item_id, other.item_id FROM baskets one JOIN baskets other ON one.user_id = other.user_id AND one.day = other.day AND one.item_id < other.item_id
            GROUP BY ALL HAVING count(DISTINCT one.user_id) >= 2 ORDER BY count(*) DESC, one.item_id, other.item_id LIMIT {MostPairs}
            """, row => (row.GetString(0), row.GetString(1)))
        : [];
}
