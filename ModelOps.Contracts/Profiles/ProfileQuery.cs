namespace ModelOps.Contracts.Profiles;

/// <summary>Both ends belong to it.</summary>
public sealed record NumberRange(double? AtLeast = null, double? AtMost = null)
{
    /// <returns>False for a value that is not known.</returns>
    public bool Has(double? value) => value is { } known && known >= (AtLeast ?? double.NegativeInfinity) && known <= (AtMost ?? double.PositiveInfinity);
}

/// <summary>Which shoppers; every condition that is given must hold, and none is everybody.</summary>
/// <param name="Segments">One of them.</param>
/// <param name="Lifecycles">One of them.</param>
/// <param name="PriceBands">One of them.</param>
/// <param name="Clusters">One of them, by name.</param>
/// <param name="Category">An interest in it or in what lies below it: <c>Garden</c> has <c>Garden|Tools</c>.</param>
/// <param name="InterestAtLeast">Of the interest in <paramref name="Category"/>, 0 to 1.</param>
public sealed record ProfileFilter(
    IReadOnlyList<string>? Segments = null, IReadOnlyList<string>? Lifecycles = null, IReadOnlyList<string>? PriceBands = null, IReadOnlyList<string>? Clusters = null,
    NumberRange? Propensity = null, NumberRange? ChurnRisk = null, NumberRange? ExpectedValue = null, string? Category = null, double? InterestAtLeast = null);

/// <summary>Asks for shoppers, page by page.</summary>
/// <param name="After">The last answer's <see cref="ProfilePage.Next"/>.</param>
/// <param name="Limit">Shoppers looked at, 1 to 1,000.</param>
/// <param name="Model">A registered model, its <c>champion</c> answers.</param>
public sealed record ProfileQuery(ProfileFilter? Filter = null, string? After = null, int Limit = 1000, string? Model = null);

/// <summary>A shopper in a list.</summary>
/// <param name="Interest">The strongest category.</param>
public sealed record ProfileSummary(string User, string? Segment, string? Lifecycle, string? PriceBand, string Cluster, double Propensity, double? ChurnRisk, double? ExpectedValue, string? Interest);

/// <summary>Those of the shoppers looked at who are wanted.</summary>
/// <param name="Looked">Shoppers looked at.</param>
/// <param name="Refused">Of them, those left out because they refuse profiles or campaigns.</param>
/// <param name="Next">Asks for the following ones; null after the last.</param>
public sealed record ProfilePage(string Model, int Version, IReadOnlyList<ProfileSummary> Profiles, int Looked, int Refused, string? Next);
