namespace ModelOps.Bench.Drift;

/// <summary>What happens to a simulated shop from one day on; nothing where all is 0.</summary>
/// <param name="Taste">Share of the shoppers who now like another category best.</param>
/// <param name="Catalogue">Share of the products that are replaced by ones that no version knows.</param>
/// <param name="WrongPrices">Share of the events whose price is a hundred times too high.</param>
/// <param name="LostPrices">Share of the events that come without one.</param>
/// <param name="Bots">Programs as a share of the shoppers, who each look at hundreds of products.</param>
public sealed record Shift(string Name, double Taste = 0, double Catalogue = 0, double WrongPrices = 0, double LostPrices = 0, double Bots = 0)
{
    public static readonly Shift None = new("nothing");

    public static readonly IReadOnlyList<Shift> All =
    [
        new("taste: a tenth of the shoppers", Taste: .1),
        new("taste: a fifth", Taste: .2),
        new("taste: two fifths", Taste: .4),
        new("catalogue: a tenth of the products is new", Catalogue: .1),
        new("catalogue: three tenths", Catalogue: .3),
        new("prices x 100 in a twentieth of the events", WrongPrices: .05),
        new("prices x 100 in all", WrongPrices: 1),
        new("no price in a tenth of the events", LostPrices: .1),
        new("bots: one shopper in a hundred", Bots: .01),
        new("bots: one in twenty", Bots: .05),
    ];
}
