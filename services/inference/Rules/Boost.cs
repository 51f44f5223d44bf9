using ModelOps.Features;
using ModelOps.Inference.Recommendations;

namespace ModelOps.Inference.Rules;

/// <summary>Products that count for more, or for less.</summary>
/// <param name="Strength">In standard deviations of the candidates' scores, whatever scale the model has; negative buries.</param>
internal sealed record Boost(string Name, WhenDefinition? When, ProductsDefinition Products, double Strength) : Rule(Name, When)
{
    public const double Strongest = 10;

    private readonly Filter filter = new(Products.ToFilter());
    private readonly HashSet<string>? ids = Products.Ids is { } list ? new(list, StringComparer.Ordinal) : null;

    public override bool LooksAtPrices => filter.LooksAtPrices;

    /// <param name="deviation">Of the candidates' scores.</param>
    public void Apply(Candidate candidate, CatalogueItem item, double deviation)
    {
        if (Concerns(item))
            candidate.MovedBy(Name, Strength * deviation);
    }

    public bool Concerns(CatalogueItem item) => ids?.Contains(item.Id) != false && filter.Allows(item);
}
