using System.Text.Json;
using ModelOps.Features.Users;

namespace ModelOps.Features.Profiles;

/// <summary><c>profiles.json</c>: what a package of profiles says of shoppers, beside its graph, its table's schema, products and histories.</summary>
/// <param name="HorizonDays">Of propensity and expected value.</param>
/// <param name="ChurnDays">Without an order for so long, a customer counts as lost.</param>
/// <param name="HalfLifeDays">After which an event counts half for interests.</param>
/// <param name="EventCursor">Events of the log up to it are in the histories.</param>
/// <param name="HasPrices">Without prices nothing is said of value.</param>
/// <param name="RefusedTopics">See <see cref="SensitiveTopics"/>.</param>
/// <param name="Metrics">Of the judged model, for whoever reads a score.</param>
public sealed record ProfileSettings(
    int HorizonDays, int ChurnDays, double HalfLifeDays, long EventCursor, bool HasPrices, PriceLevels Prices, ProfileClusters Clusters, IReadOnlyList<string> RefusedTopics,
    IReadOnlyDictionary<string, double> Metrics)
{
    public const string FileName = "profiles.json";

    /// <summary>Of the graph: (batch, columns) float, encoded as <see cref="Tables.TableSchema"/> does.</summary>
    public const string Features = "features";

    /// <summary>Of the graph: (batch, 3) float: propensity to buy, risk of churn, expected value.</summary>
    public const string Scores = "scores";

    /// <summary>Columns of <see cref="Scores"/>.</summary>
    public const int Propensity = 0, Churn = 1, Value = 2, ScoreCount = 3;

    public async Task WriteAsync(string path)
    {
        await using var file = File.Create(path);
        await JsonSerializer.SerializeAsync(file, this, PackageJson.Indented);
    }

    /// <exception cref="InvalidDataException">The file does not describe profiles.</exception>
    public static async Task<ProfileSettings> ReadAsync(string path, CancellationToken cancellationToken = default)
    {
        await using var file = File.OpenRead(path);
        var settings = await JsonSerializer.DeserializeAsync<ProfileSettings>(file, PackageJson.Indented, cancellationToken);
        return settings is { HorizonDays: > 0, ChurnDays: > 0, HalfLifeDays: > 0, Prices.Levels: not null, RefusedTopics: not null, Clusters: { Columns: not null, Clusters.Count: > 0 } clusters }
                && clusters.Clusters.All(cluster => cluster.Centre?.Length == clusters.Columns.Length)
            ? settings
            : throw new InvalidDataException($"{path} describes no profiles: horizons, price levels or clusters are missing. Train the model again.");
    }
}
