using ModelOps.Contracts.Profiles;
using ModelOps.Features.Profiles;
using ModelOps.Features.Users;
using Interests = ModelOps.Features.Profiles.Interests;

namespace ModelOps.Inference.Profiles;

/// <summary>Turns what shoppers did into profiles.</summary>
internal static class ProfileReader
{
    /// <summary>A shopper with the evidence.</summary>
    /// <param name="vector">Of a recommender, or why there is none.</param>
    public static ShopperProfile Read(ProfileModel model, string user, ShopperPast past, bool upToDate, (ProfileVector? Vector, string? Why) vector)
    {
        var row = ProfileFeatures.Of(past);
        var (cluster, scores, tags) = (model.ClusterOf(row), model.Score(row), TagsOf(model, past));
        var interests = Interests.Of(past, model.Catalogue, model.Settings.HalfLifeDays, model.Refused);
        return new ShopperProfile(
            user, model.Name, model.Version, past.AsOf, past.Events.Count, past.Events[^1].Time, upToDate,
            new ProfileRfm(Known(row[0]), past.Orders.Count, tags?.Spend ?? 0, tags?.Segment, tags?.Lifecycle, tags?.PriceBand),
            new ProfileGroup(cluster.Name, cluster.Share, model.Settings.Clusters.Stability, [.. cluster.Traits.Select(trait => new ProfileTrait(trait.Feature, trait.Deviations))]),
            ScoresOf(model, scores, row), new ProfileInterests(Of(interests.Categories), Of(interests.Brands), Of(interests.Products)),
            ProfileFeatures.Names.Zip(row).ToDictionary(pair => pair.First, pair => Known(pair.Second)), vector.Vector, vector.Why);
    }

    /// <summary>Shoppers in a list, those alone whom the filter wants.</summary>
    public static IEnumerable<ProfileSummary> Read(ProfileModel model, IReadOnlyList<(string User, ShopperPast Past)> shoppers, ProfileFilter? filter)
    {
        var columns = ProfileFeatures.Names.Count;
        var rows = new float[shoppers.Count * columns];
        Parallel.For(0, shoppers.Count, i => ProfileFeatures.Of(shoppers[i].Past).CopyTo(rows.AsSpan(i * columns)));
        var scores = model.Score(rows);
        for (var i = 0; i < shoppers.Count; i++)
        {
            var (row, past) = (rows[(i * columns)..((i + 1) * columns)], shoppers[i].Past);
            var (tags, score) = (TagsOf(model, past), ScoresOf(model, scores[(i * ProfileSettings.ScoreCount)..], row));
            var interests = Interests.Of(past, model.Catalogue, model.Settings.HalfLifeDays, model.Refused, int.MaxValue).Categories; // a category has what lies below it
            var summary = new ProfileSummary(
                shoppers[i].User, tags?.Segment, tags?.Lifecycle, tags?.PriceBand, model.ClusterOf(row).Name, score.Propensity, score.ChurnRisk, score.ExpectedValue, interests is [var strongest, ..] ? strongest.Name : null);
            if (filter is null || Wants(filter, summary, interests))
                yield return summary;
        }
    }

    /// <returns>Whether every condition holds.</returns>
    private static bool Wants(ProfileFilter filter, ProfileSummary profile, IReadOnlyList<Interest> categories) =>
        Among(filter.Segments, profile.Segment) && Among(filter.Lifecycles, profile.Lifecycle) && Among(filter.PriceBands, profile.PriceBand) && Among(filter.Clusters, profile.Cluster)
        && filter.Propensity?.Has(profile.Propensity) != false && filter.ChurnRisk?.Has(profile.ChurnRisk) != false && filter.ExpectedValue?.Has(profile.ExpectedValue) != false
        && (string.IsNullOrEmpty(filter.Category) || InterestIn(filter.Category, categories) is var interest && interest > 0 && interest >= (filter.InterestAtLeast ?? 0));

    private static bool Among(IReadOnlyList<string>? wanted, string? value) => wanted is null or { Count: 0 } || value is not null && wanted.Contains(value, StringComparer.OrdinalIgnoreCase);

    /// <summary>In a category and all below it.</summary>
    private static double InterestIn(string category, IReadOnlyList<Interest> categories) =>
        categories.Where(one => one.Name.Equals(category, StringComparison.OrdinalIgnoreCase) || one.Name.StartsWith($"{category}|", StringComparison.OrdinalIgnoreCase)).Sum(one => one.Weight);

    private static UserTags? TagsOf(ProfileModel model, ShopperPast past) => UserTags.AsOf(past.AsOf, past.Bought, model.Settings.Prices);

    private static ProfileScores ScoresOf(ProfileModel model, float[] scores, float[] row) => new(
        scores[ProfileSettings.Propensity], model.Settings.HorizonDays, float.IsNaN(row[0]) ? null : scores[ProfileSettings.Churn], model.Settings.ChurnDays,
        model.Settings.HasPrices ? scores[ProfileSettings.Value] : null);

    private static double? Known(float value) => float.IsNaN(value) ? null : value;

    private static IReadOnlyList<ProfileInterest> Of(IReadOnlyList<Interest> interests) => [.. interests.Select(one => new ProfileInterest(
        one.Name, one.Weight, one.Events, [.. one.Evidence.Select(evidence => new InterestEvent(evidence.Time, evidence.Event, evidence.Item, evidence.Title, evidence.Weight))]))];
}
