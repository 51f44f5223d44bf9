using System.Text.Json;

namespace ModelOps.Features.Campaigns;

/// <summary>How an arm's customers are put in order.</summary>
public static class RankingWay
{
    /// <summary>By what being contacted is expected to change.</summary>
    public const string Uplift = "uplift";

    /// <summary>By the expected outcome when contacted: no uplift was found, but responders can be told.</summary>
    public const string Response = "response";

    /// <summary>By chance: neither was found.</summary>
    public const string Random = "random";

    /// <summary>By the expected outcome, as there is no control group: what being contacted changes is not known.</summary>
    public const string NoControl = "no-control";
}

/// <summary>Customers whose scores are near each other, and what being contacted changed for those of them who were not trained on.</summary>
/// <param name="From">Their least score; the first group's holds for all below it too.</param>
/// <param name="Effect">Mean outcome of the contacted less that of the control group, where there is one.</param>
/// <param name="Low">95 % interval of <paramref name="Effect"/>.</param>
/// <param name="High">95 % interval of <paramref name="Effect"/>.</param>
public sealed record EffectGroup(double From, double Effect, double Low, double High);

/// <summary>A treatment against the control group.</summary>
/// <param name="Way">One of <see cref="RankingWay"/>.</param>
/// <param name="Learner">What ranks by uplift.</param>
/// <param name="AverageEffect">Of contacting everybody; without a control group their mean outcome.</param>
/// <param name="Qini">On customers that nothing was chosen or trained on; 0 is chance.</param>
/// <param name="Finding">In words, for the model card and the dashboard.</param>
/// <param name="Groups">By rising score: uplifts where the way is uplift, expected outcomes where there is no control group, else one group with the average effect.</param>
public sealed record CampaignArm(
    string Name, string Way, string Learner, double AverageEffect, double AverageLow, double AverageHigh,
    double Qini, double QiniLow, double QiniHigh, string Finding, IReadOnlyList<EffectGroup> Groups)
{
    /// <returns>The group of a score.</returns>
    public EffectGroup GroupOf(double score) => Groups.LastOrDefault(group => group.From <= score) ?? Groups[0];
}

/// <summary><c>campaigns.json</c>: what a package of campaigns decides with, beside its graph and its table's schema.</summary>
/// <param name="Outcome">What is changed: <c>conversion</c>, <c>visit</c> or <c>spend</c>.</param>
/// <param name="Control">The treatment that is none; null where everybody was contacted.</param>
/// <param name="Arms">In the order of the graph's columns.</param>
/// <param name="LearningShare">Of the decisions, those made by chance, so that the next training has a fair comparison.</param>
/// <param name="HoldOutShare">Of the users, those who are left alone, so that the effect of all campaigns can be measured.</param>
public sealed record CampaignSettings(string Outcome, string? Control, IReadOnlyList<CampaignArm> Arms, double LearningShare, double HoldOutShare)
{
    public const string FileName = "campaigns.json";

    /// <summary>Of the graph: (batch, columns) float, encoded as <see cref="Tables.TableSchema"/> does.</summary>
    public const string Features = "features";

    /// <summary>Of the graph: (batch, arms) float, the expected change of the outcome.</summary>
    public const string Uplift = "uplift";

    /// <summary>Of the graph: (batch, arms) float, the expected outcome of the contacted.</summary>
    public const string Response = "response";

    public async Task WriteAsync(string path)
    {
        await using var file = File.Create(path);
        await JsonSerializer.SerializeAsync(file, this, PackageJson.Indented);
    }

    /// <exception cref="InvalidDataException">The file does not describe campaigns.</exception>
    public static async Task<CampaignSettings> ReadAsync(string path, CancellationToken cancellationToken = default)
    {
        await using var file = File.OpenRead(path);
        var settings = await JsonSerializer.DeserializeAsync<CampaignSettings>(file, PackageJson.Indented, cancellationToken);
        return settings is { Arms.Count: > 0 } && settings.Arms.All(arm => arm is { Name.Length: > 0, Groups.Count: > 0 })
            ? settings
            : throw new InvalidDataException($"{path} names no arms with their groups. Train the model again.");
    }
}
