using ModelOps.Inference.Catalogue;
using ModelOps.Inference.Rules;

namespace ModelOps.Inference.Recommendations;

/// <summary>What a store wants and has at the moment of an answer.</summary>
/// <param name="Rules">The ones that count for it, in their order.</param>
/// <param name="Diversity">0 to 1, where the request does not say it.</param>
internal sealed record ShopState(CatalogueView Catalogue, IReadOnlyList<Rule> Rules, double Diversity);
