namespace ModelOps.DataPrep.Checks;

/// <summary>One id with several titles: renamed, used again for another product, or notes typed into the title. The one of most rows is kept.</summary>
internal sealed record SeveralTitles() : WholeCheck("several-titles", "Products with several titles", Severity.Info, RowAction.Keep)
{
    public override string Findings => """
        SELECT CAST(to_json({item: item_id, titles: list(title ORDER BY rows DESC, title)}) AS VARCHAR) AS sample
        FROM (SELECT item_id, title, sum(rows) AS rows FROM product_names WHERE title IS NOT NULL GROUP BY ALL)
        GROUP BY item_id HAVING count(*) > 1 ORDER BY sum(rows) DESC, item_id
        """;
}
