using ModelOps.Contracts;
using ModelOps.Contracts.Predictions;
using ModelOps.Contracts.Profiles;

namespace ModelOps.Pipeline.Audiences;

/// <summary>All shoppers of a kind.</summary>
/// <param name="Looked">All who are known.</param>
/// <param name="Refused">Of them, those left out because they refuse profiles or campaigns.</param>
internal sealed record SelectedProfiles(string Model, int Version, IReadOnlyList<ProfileSummary> Profiles, int Looked, int Refused);

/// <summary>Asks inference for profiles, page by page, until all shoppers were looked at.</summary>
internal sealed class ProfileSelection(InferenceClient inference)
{
    /// <param name="model">Null is the usual one.</param>
    public async Task<SelectedProfiles> SelectAsync(StoreId store, ProfileFilter? filter, string? model, CancellationToken cancellationToken)
    {
        var (profiles, looked, refused) = (new List<ProfileSummary>(), 0, 0);
        for (var query = new ProfileQuery(filter, Model: model); ;)
        {
            var page = await inference.FindProfilesAsync(store, query, cancellationToken);
            profiles.AddRange(page.Profiles);
            (looked, refused) = (looked + page.Looked, refused + page.Refused);
            if (page.Next is null)
                return new SelectedProfiles(page.Model, page.Version, profiles, looked, refused);
            query = query with { After = page.Next };
        }
    }
}
