using ModelOps.Contracts.Predictions;
using ModelOps.Search.Queries;

namespace ModelOps.Inference.Rules;

/// <summary>What a shop wants to be shown more, less, first or not too often. A kind of rule is a file.</summary>
internal abstract record Rule(string Name, WhenDefinition? When)
{
    public virtual bool LooksAtPrices => false;

    /// <summary>The kind of a search, for which rules count only where they name it or its query.</summary>
    public const string Search = "search";

    public bool Counts(string kind, DateTimeOffset now) => When is not { Queries.Count: > 0 } && IsTime(kind, now);

    /// <param name="query">See <see cref="QueryForm.Unordered"/>.</param>
    public bool CountsForSearch(string query, DateTimeOffset now) => When is { } when && IsTime(Search, now)
        && (when.Queries is { Count: > 0 } queries ? queries.Any(one => QueryForm.Unordered(one) == query) : when.Kinds?.Contains(Search) == true);

    private bool IsTime(string kind, DateTimeOffset now) =>
        When is null || ((When.Kinds is not { Count: > 0 } kinds || kinds.Contains(kind)) && (When.From is not { } from || now >= from) && (When.Until is not { } until || now < until));

    /// <param name="definition">One in which <see cref="Wrong"/> found nothing.</param>
    public static Rule Of(RuleDefinition definition) => definition switch
    {
        { Boost: { } strength } => new Boost(definition.Name!, definition.When, definition.Products!, strength),
        { Bury: { } strength } => new Boost(definition.Name!, definition.When, definition.Products!, -strength),
        { Redirect: { } address } => new Redirect(definition.Name!, definition.When, address),
        { Pin: { } products } => new Pin(definition.Name!, definition.When, products, definition.Position),
        _ => new Cap(definition.Name!, definition.When, definition.Cap!.Value, definition.By ?? Cap.ByCategory),
    };

    /// <summary>Everything that is wrong with a rule, in words that name the key.</summary>
    public static IEnumerable<string> Wrong(RuleDefinition rule)
    {
        var actions = new[] { rule.Boost is not null, rule.Bury is not null, rule.Pin is not null, rule.Cap is not null, rule.Redirect is not null }.Count(given => given);
        if (actions != 1)
            yield return $"it has {actions} of boost, bury, pin, cap and redirect; a rule has exactly one.";
        if ((rule.Boost ?? rule.Bury) is { } strength)
        {
            if (!(strength is > 0 and <= Boost.Strongest))
                yield return $"boost and bury go from 0 to {Boost.Strongest} standard deviations of the scores; it is {strength}.";
            if (rule.Products is null)
                yield return "boost and bury need 'products': which ones?";
        }
        else if (rule.Products is not null)
        {
            yield return "'products' belongs to boost and bury only.";
        }
        if (rule.Products is { } products && new[] { products.Ids, products.Categories, products.NotCategories, products.Brands }.Any(list => list?.Any(string.IsNullOrWhiteSpace) == true))
            yield return "a list of 'products' has an empty entry.";
        if (rule.Pin is { Count: 0 } || rule.Pin?.Any(string.IsNullOrEmpty) == true)
            yield return "pin names no product, or an empty one.";
        if (rule.Position is < 1 or > 200)
            yield return $"position is {rule.Position}; it goes from 1 to 200.";
        if (rule.Redirect is { } address && !Redirect.IsAddress(address))
            yield return $"redirect is '{address}'; it is a path of the shop, as /sale, or an https address.";
        if (rule.Redirect is not null && rule.When?.Queries is not { Count: > 0 })
            yield return "redirect needs 'when.queries': which searches?";
        if (rule.When?.Queries?.Any(string.IsNullOrWhiteSpace) == true)
            yield return "when.queries has an empty entry.";
        if (rule.Cap < 1)
            yield return $"cap is {rule.Cap}; it is at least 1.";
        if (rule.By is not (null or Cap.ByCategory or Cap.ByTopCategory or Cap.ByBrand))
            yield return $"by is '{rule.By}'; known: {Cap.ByCategory}, {Cap.ByTopCategory}, {Cap.ByBrand}.";
        foreach (var kind in (rule.When?.Kinds ?? []).Where(kind => kind != Search && !RecommendationKind.All.Contains(kind)))
            yield return $"when.kinds has '{kind}'; known: {string.Join(", ", RecommendationKind.All)}, {Search}.";
        if (rule.When is { From: { } from, Until: { } until } && until <= from)
            yield return $"when.until {until:O} is not after when.from {from:O}.";
    }
}
