using ModelOps.DataPrep.Facts;

namespace ModelOps.DataPrep.Checks;

/// <summary>
/// A price that is the product's usual one times or divided by more than the limit: a slipped decimal point, a whole order booked on
/// one product. Usual is the geometric mean of at least five prices.
/// </summary>
internal sealed record OutlierPrice() : RowCheck("outlier-price", "Rows whose price is ten times, or a tenth of, the product's usual one", Severity.Warning, RowAction.Keep, Limit: 10)
{
    public const int Fewest = 5;

    public override string Tables => $"""
        CREATE TABLE usual_prices AS
        SELECT item_id, logs::DOUBLE / priced / 1000000 AS usual, lowest, highest FROM {RowFacts.Items.Table} WHERE priced >= {Fewest};
        CREATE TABLE outlier_prices AS
        SELECT line FROM (SELECT rowid AS line, price, item_id FROM staged WHERE price > 0)
            JOIN (SELECT * FROM usual_prices WHERE ln(highest) - usual > ln({LimitText}) OR usual - ln(lowest) > ln({LimitText})) USING (item_id)
        WHERE abs(ln(price) - usual) > ln({LimitText})
        """;

    public override string Condition => "rowid IN (SELECT line FROM outlier_prices)";
}
