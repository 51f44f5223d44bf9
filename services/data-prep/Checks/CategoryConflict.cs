namespace ModelOps.DataPrep.Checks;

/// <summary>One product in several categories that do not contain each other. The last one given is kept.</summary>
internal sealed record CategoryConflict() : WholeCheck("category-conflict", "Products with conflicting categories", Severity.Warning, RowAction.Keep)
{
    // Categories are paths: those that contain each other are all beginnings of the longest, which sorts last.
    public override string Findings => """
        SELECT CAST(to_json({item: item_id, categories: list(category ORDER BY category)}) AS VARCHAR) AS sample
        FROM (SELECT item_id, category, max(category) OVER (PARTITION BY item_id) AS longest
            FROM (SELECT DISTINCT item_id, category FROM staged_products WHERE item_id IS NOT NULL AND category IS NOT NULL))
        GROUP BY item_id HAVING NOT bool_and(starts_with(longest, category)) ORDER BY item_id
        """;
}
