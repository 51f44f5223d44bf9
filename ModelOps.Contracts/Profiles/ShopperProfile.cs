namespace ModelOps.Contracts.Profiles;

/// <summary>An event behind an interest.</summary>
/// <param name="Weight">What it adds, by its kind and age.</param>
public sealed record InterestEvent(DateTimeOffset Time, string Event, string Item, string? Title, double Weight);

/// <param name="Weight">Of all the shopper's interests of the kind, 0 to 1.</param>
/// <param name="Events">How many events speak for it.</param>
/// <param name="Evidence">Those that add most, at most 5.</param>
public sealed record ProfileInterest(string Name, double Weight, int Events, IReadOnlyList<InterestEvent> Evidence);

/// <summary>At most ten of each, the strongest first. Sensitive categories are left out.</summary>
/// <param name="Categories">From the general to the particular, joined by '|'.</param>
public sealed record ProfileInterests(IReadOnlyList<ProfileInterest> Categories, IReadOnlyList<ProfileInterest> Brands, IReadOnlyList<ProfileInterest> Products);

/// <summary>Recency, frequency and monetary value.</summary>
/// <param name="RecencyDays">Since the last order; null before the first.</param>
/// <param name="Spend">In the shop's currency.</param>
/// <param name="Segment">champion, loyal, promising, new, at-risk, hibernating or lost; null before the first order.</param>
/// <param name="Lifecycle">new, active, cooling, lapsing or lapsed; null before the first order.</param>
/// <param name="PriceBand">budget, middle or premium; null where that is unknown.</param>
public sealed record ProfileRfm(double? RecencyDays, int Orders, double Spend, string? Segment, string? Lifecycle, string? PriceBand);

/// <param name="Deviations">How far the cluster's mean lies from that of all, in standard deviations.</param>
public sealed record ProfileTrait(string Feature, double Deviations);

/// <summary>Shoppers who behave alike.</summary>
/// <param name="Share">Of the shoppers at training.</param>
/// <param name="Stability">Mean adjusted Rand index over bootstrap samples: 1 is the same groups each time, 0 is chance.</param>
public sealed record ProfileGroup(string Name, double Share, double Stability, IReadOnlyList<ProfileTrait> Traits);

/// <summary>What is to be expected, calibrated on later days than were learned from.</summary>
/// <param name="Propensity">Probability to buy within <paramref name="HorizonDays"/>.</param>
/// <param name="ChurnRisk">Probability of no order within <paramref name="ChurnDays"/>; null for who never ordered.</param>
/// <param name="ExpectedValue">Spend within <paramref name="HorizonDays"/>, in the shop's currency; null where the dataset had no prices.</param>
public sealed record ProfileScores(double Propensity, int HorizonDays, double? ChurnRisk, int ChurnDays, double? ExpectedValue);

/// <summary>The shopper among products, as a recommender sees it.</summary>
public sealed record ProfileVector(string Model, int Version, IReadOnlyList<float> Values);

/// <summary>What is known of a shopper at a moment, and what it rests on.</summary>
/// <param name="AsOf">Only what was before it counts.</param>
/// <param name="Events">Looked at: products of events, at most the latest 1,000.</param>
/// <param name="UpToDate">False where the event log could not be asked: then the profile is as old as the model's data.</param>
/// <param name="Features">The numbers behind the scores, by name; null where there was nothing to measure.</param>
/// <param name="NoVector">Why there is no vector.</param>
public sealed record ShopperProfile(
    string User, string Model, int Version, DateTimeOffset AsOf, int Events, DateTimeOffset LastEvent, bool UpToDate,
    ProfileRfm Rfm, ProfileGroup Cluster, ProfileScores Scores, ProfileInterests Interests, IReadOnlyDictionary<string, double?> Features, ProfileVector? Vector, string? NoVector);
