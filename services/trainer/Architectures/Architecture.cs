using System.Text.Json;
using ModelOps.Features;

namespace ModelOps.Trainer.Architectures;

/// <summary>The models by name. A new one is a file beside this and a line here.</summary>
public static class Architecture
{
    /// <summary>What learns by gradients.</summary>
    public static IReadOnlyDictionary<string, Func<NetworkConfig, SequenceNetwork>> Networks { get; } = new Dictionary<string, Func<NetworkConfig, SequenceNetwork>>
    {
        ["sasrec"] = config => new SasRec(config),
        ["ligr"] = config => new Ligr(config),
        ["hstu"] = config => new Hstu(config),
    };

    /// <summary>What counts. Each is a baseline of every run, and can join a network.</summary>
    public static IReadOnlyList<CountedArchitecture> Counted { get; } =
    [
        new CountedArchitecture<PopularitySettings>(Popularity.Name, new PopularitySettings(), [], (observed, _) => Popularity.Count(observed)),
        new CountedArchitecture<ItemKnnSettings>("item-knn", ItemKnnSettings.Default, ItemKnnSettings.Axes, ItemKnn.Count),
        new CountedArchitecture<SessionKnnSettings>("session-knn", SessionKnnSettings.Default, SessionKnnSettings.Axes, SessionKnn.Count),
        new CountedArchitecture<ContentKnnSettings>("content-knn", ContentKnnSettings.Default, ContentKnnSettings.Axes, ContentKnn.Count),
    ];

    public static IReadOnlyList<string> Names { get; } = [.. Networks.Keys, .. Counted.Select(counted => counted.Name)];
}

/// <summary>What a counted model counts.</summary>
/// <param name="Sequences">Each shopper's items, oldest first; the shoppers by their last event.</param>
/// <param name="Catalogue">By item: that of index i is at i − 1.</param>
/// <param name="Length">Columns of a history.</param>
public sealed record Observed(int[][] Sequences, IReadOnlyList<CatalogueItem> Catalogue, int Length)
{
    /// <summary>Without the padding.</summary>
    public int Items => Catalogue.Count;
}

/// <summary>A model that counts. Its settings are JSON where they travel in checkpoints and model cards.</summary>
public abstract class CountedArchitecture(string name)
{
    public string Name { get; } = name;

    /// <param name="settings">From <see cref="Tune"/>; null for the defaults.</param>
    public abstract IRecommender Count(Observed observed, JsonElement? settings);

    /// <summary>The settings with the highest <paramref name="quality"/>, changed one at a time, all of them <paramref name="rounds"/> times.</summary>
    public abstract JsonElement Tune(Observed observed, int rounds, Func<IRecommender, double> quality);
}

/// <inheritdoc/>
public sealed class CountedArchitecture<TSettings>(
    string name, TSettings defaults, IReadOnlyList<IReadOnlyList<Func<TSettings, TSettings>>> axes, Func<Observed, TSettings, IRecommender> count)
    : CountedArchitecture(name) where TSettings : class
{
    public override IRecommender Count(Observed observed, JsonElement? settings) =>
        count(observed, settings?.Deserialize<TSettings>(PackageJson.Line) ?? defaults);

    public override JsonElement Tune(Observed observed, int rounds, Func<IRecommender, double> quality)
    {
        var tried = new Dictionary<TSettings, double>();
        var best = defaults;
        foreach (var axis in Enumerable.Repeat(axes, rounds).SelectMany(axis => axis))
            best = axis.Select(change => change(best)).Prepend(best).MaxBy(Try)!;
        return JsonSerializer.SerializeToElement(best, PackageJson.Line);

        double Try(TSettings settings)
        {
            if (!tried.TryGetValue(settings, out var value))
            {
                using var model = count(observed, settings);
                tried[settings] = value = quality(model);
            }
            return value;
        }
    }
}
