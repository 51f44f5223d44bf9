using System.Text.Json;
using ModelOps.Trainer.Architectures;

namespace ModelOps.Trainer.Training;

/// <summary>What validation settled about the models of a run.</summary>
/// <param name="Counted">The settings of each counted model, by name.</param>
/// <param name="Weights">What each model weighs in the deployed one, by name; without an entry it is a baseline only.</param>
public sealed record ModelSettings(IReadOnlyDictionary<string, JsonElement> Counted, IReadOnlyDictionary<string, double> Weights)
{
    public static ModelSettings None { get; } = new(new Dictionary<string, JsonElement>(), new Dictionary<string, double>());
}

/// <summary>The models of a run, counted on what a stage may learn from: the network, if there is one, and every counted one.</summary>
public sealed class RunModels : IDisposable
{
    public const string Network = "network";

    private readonly List<(string Name, IRecommender Model)> all = [];
    private readonly SequenceNetwork? network;

    /// <param name="network">Stays its owner's.</param>
    public RunModels(SequenceNetwork? network, Observed observed, ModelSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        this.network = network;
        if (network is not null)
            all.Add((Network, network));
        foreach (var architecture in Architecture.Counted)
            all.Add((architecture.Name, architecture.Count(observed, settings.Counted.TryGetValue(architecture.Name, out var own) ? own : null)));
    }

    /// <summary>The network first.</summary>
    public IReadOnlyList<(string Name, IRecommender Model)> All => all;

    public IRecommender this[string name] => all.Single(model => model.Name == name).Model;

    /// <summary>The weighted sum.</summary>
    /// <param name="instead">In the network's place; stays its owner's.</param>
    public IRecommender Fused(IReadOnlyDictionary<string, double> weights, SequenceNetwork? instead = null) =>
        new RankFusion([.. all.Where(model => weights.ContainsKey(model.Name)).Select(model => new FusionPart(model.Name, model.Model == network ? instead ?? network : model.Model, weights[model.Name]))]);

    public void Dispose()
    {
        foreach (var (_, model) in all)
        {
            if (model != network)
                model.Dispose();
        }
    }
}
