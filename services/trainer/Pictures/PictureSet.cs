namespace ModelOps.Trainer.Pictures;

/// <summary>A catalogue's pictures with what is known of their products, row by row.</summary>
/// <param name="Planes">(3, side, side) bytes each; see <see cref="ModelOps.Pictures.Picture.Fill"/>.</param>
/// <param name="Titles">Null where a product has none.</param>
/// <param name="Labels">What neighbours should share, the product's category; null where it is not known.</param>
/// <param name="Pairs">Rows of products that were bought on the same day by the same shoppers.</param>
public sealed record PictureSet(int Side, IReadOnlyList<byte[]> Planes, IReadOnlyList<string?> Titles, IReadOnlyList<string?> Labels, IReadOnlyList<(int One, int Other)> Pairs)
{
    public int Count => Planes.Count;

    /// <summary>Some of the rows, and the pairs among them.</summary>
    public PictureSet Only(IReadOnlyList<int> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var place = rows.Index().ToDictionary(row => row.Item, row => row.Index);
        return new PictureSet(Side, [.. rows.Select(row => Planes[row])], [.. rows.Select(row => Titles[row])], [.. rows.Select(row => Labels[row])],
            [.. Pairs.Where(pair => place.ContainsKey(pair.One) && place.ContainsKey(pair.Other)).Select(pair => (place[pair.One], place[pair.Other]))]);
    }
}
