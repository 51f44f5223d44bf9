using ModelOps.Contracts.Predictions;

namespace ModelOps.Inference.Rules;

/// <summary>A store's rules as their YAML has them; docs/merchandise.md explains every key.</summary>
internal sealed record RuleBookDefinition
{
    public List<RuleDefinition>? Rules { get; init; }

    /// <summary>0 to 1.</summary>
    public double Diversity { get; init; }

    public ExplorationDefinition? Exploration { get; init; }
}

/// <summary>One rule: exactly one of <see cref="Boost"/>, <see cref="Bury"/>, <see cref="Pin"/>, <see cref="Cap"/> and <see cref="Redirect"/>.</summary>
internal sealed record RuleDefinition
{
    public string? Name { get; init; }

    public double? Boost { get; init; }

    public double? Bury { get; init; }

    public List<string>? Pin { get; init; }

    /// <summary>An address that a search leads to instead of its products.</summary>
    public string? Redirect { get; init; }

    /// <summary>Of the first pinned product, from 1.</summary>
    public int Position { get; init; } = 1;

    public int? Cap { get; init; }

    /// <summary>What a cap counts by.</summary>
    public string? By { get; init; }

    /// <summary>What a boost or a burial is about.</summary>
    public ProductsDefinition? Products { get; init; }

    public WhenDefinition? When { get; init; }
}

/// <summary>Which products; all that is given must hold.</summary>
internal sealed record ProductsDefinition
{
    public List<string>? Ids { get; init; }

    public List<string>? Categories { get; init; }

    public List<string>? NotCategories { get; init; }

    public List<string>? Brands { get; init; }

    public double? MinPrice { get; init; }

    public double? MaxPrice { get; init; }

    public RecommendationFilter ToFilter() => new(null, null, MinPrice, MaxPrice, Categories, NotCategories, Brands);
}

/// <summary>When a rule counts; always where nothing is given.</summary>
internal sealed record WhenDefinition
{
    /// <summary>Of <see cref="RecommendationKind"/>, or <see cref="Rule.Search"/>.</summary>
    public List<string>? Kinds { get; init; }

    /// <summary>Searches whose words are these, in any order and number of blanks; such a rule counts for searches alone.</summary>
    public List<string>? Queries { get; init; }

    public DateTimeOffset? From { get; init; }

    public DateTimeOffset? Until { get; init; }
}

/// <summary>A share of answers whose last place shows a product that the model did not rank that high.</summary>
internal sealed record ExplorationDefinition
{
    /// <summary>0 to 0.5.</summary>
    public double Share { get; init; }

    /// <summary>How many products below the answer may come instead, each with the same probability. 1 to 500.</summary>
    public int Pool { get; init; } = 100;
}
