namespace ModelOps.DataPrep.Checks;

/// <summary>One product under several ids splits what shoppers say about it. Titles are compared without case and punctuation, within a brand.</summary>
internal sealed record SeveralIds() : WholeCheck("several-ids", "Products of the same title and brand under several ids", Severity.Warning, RowAction.Keep)
{
    public override string Findings => """
        SELECT CAST(to_json({title: any_value(title ORDER BY item_id), ids: list(item_id ORDER BY item_id)}) AS VARCHAR) AS sample
        FROM (SELECT DISTINCT ON (item_id) item_id, title, brand FROM product_names WHERE length(title) > 0 ORDER BY item_id, rows DESC, title)
        GROUP BY trim(regexp_replace(lower(title), '[^\p{L}\p{N}]+', ' ', 'g')), lower(brand) HAVING count(*) > 1 ORDER BY count(*) DESC, min(item_id)
        """;
}
