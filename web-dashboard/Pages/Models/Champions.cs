using ModelOps.Contracts.Versions;

namespace ModelOps.Dashboard.Pages.Models;

/// <summary>The version that shoppers see, and the numbers it is judged by.</summary>
internal static class Champions
{
    public const string Alias = "champion";

    public static int? ChampionVersion(this RegisteredModel model) => model.Aliases.TryGetValue(Alias, out var version) ? version : null;

    public static ModelVersion? Champion(this RegisteredModel model) =>
        model.ChampionVersion() is { } version ? model.Versions.FirstOrDefault(candidate => candidate.Version == version) : null;

    public static double? Ndcg10(this ModelVersion version) => version.Metrics.TryGetValue("ndcg@10", out var value) ? value : null;

    public static double? Recall10(this ModelVersion version) => version.Metrics.TryGetValue("recall@10", out var value) ? value : null;
}
