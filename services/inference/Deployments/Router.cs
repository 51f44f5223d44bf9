using System.Collections.Frozen;
using System.Globalization;
using ModelOps.Contracts;
using ModelOps.Contracts.Deployments;
using ModelOps.Inference.Models;

namespace ModelOps.Inference.Deployments;

/// <summary>Finds the version that answers a call. What the registry says last takes effect for the next call, whole or not at all.</summary>
internal sealed class Router(LoadedModels models, PackageCache packages)
{
    private volatile FrozenDictionary<(StoreId Store, string Model), Route> routes = FrozenDictionary<(StoreId Store, string Model), Route>.Empty;

    private volatile FrozenDictionary<(StoreId Store, string Model, string Alias), int> aliases = FrozenDictionary<(StoreId Store, string Model, string Alias), int>.Empty;

    /// <summary>Whether it has been said what is deployed, be it nothing.</summary>
    public bool HasFollowed { get; private set; }

    public bool Knows(StoreId store, string model) => routes.ContainsKey((store, model));

    /// <summary>The store's champion, kept loaded until the use ends; null when none is deployed.</summary>
    public ModelUse? UseChampion(StoreId store, string model)
    {
        // A version that goes while it is looked up has been replaced: look again.
        for (int? before = null; routes.TryGetValue((store, model), out var route) && route.Champion != before; before = route.Champion)
        {
            if (models.Use(store, model, route.Champion) is { } use)
                return use;
        }
        return null;
    }

    /// <summary>A deployed version of any kind; null when it is not loaded.</summary>
    /// <param name="version">A number or an alias; null is the champion.</param>
    public LoadedUse? UseLoaded(StoreId store, string model, string? version)
    {
        if (int.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return models.UseLoaded(store, model, number);
        // As above: a version that goes while it is looked up has been replaced.
        for (int? before = null; VersionOf(store, model, version) is { } found && found != before; before = found)
        {
            if (models.UseLoaded(store, model, found) is { } use)
                return use;
        }
        return null;
    }

    public IEnumerable<int> LoadedVersions(StoreId store, string model) => models.VersionsOf(store, model);

    private int? VersionOf(StoreId store, string model, string? alias) =>
        alias is null or Arm.Champion ? (routes.TryGetValue((store, model), out var route) ? route.Champion : null)
        : aliases.TryGetValue((store, model, alias), out var version) ? version : null;

    /// <summary>The version for a shopper. The champion, where no rollout is under way, where nobody is named, and in place of an arm that cannot be loaded.</summary>
    public RoutedUse? Use(StoreId store, string model, string? subject)
    {
        if (!routes.TryGetValue((store, model), out var route))
            return null;
        if (subject is not null && route.ArmOf(subject) is { } arm && models.Use(store, model, arm.Package.Version) is { } use)
            return new RoutedUse(use, arm.Package.Alias, route.Shadow());
        return UseChampion(store, model) is { } champion ? new RoutedUse(champion, Arm.Champion, route.Shadow()) : null;
    }

    /// <summary>The version of any kind for a shopper; the champion as with <see cref="Use(StoreId, string, string?)"/>.</summary>
    public (LoadedUse Use, string Arm)? UseRouted(StoreId store, string model, string? subject)
    {
        if (!routes.TryGetValue((store, model), out var route))
            return null;
        if (subject is not null && route.ArmOf(subject) is { } arm && models.UseLoaded(store, model, arm.Package.Version) is { } use)
            return (use, arm.Package.Alias);
        return UseLoaded(store, model, null) is { } champion ? (champion, Arm.Champion) : null;
    }

    /// <summary>What is to be asked beside a model's answer, without being shown.</summary>
    public SplitArm? ShadowOf(StoreId store, string model) => routes.TryGetValue((store, model), out var route) ? route.Shadow() : null;

    /// <summary>What a shopper's version hangs on: shoppers with the same have the same version.</summary>
    public string ArmOf(StoreId store, string model, string? subject) =>
        subject is not null && routes.TryGetValue((store, model), out var route) && route.ArmOf(subject) is { } arm ? arm.Package.Alias : Arm.Champion;

    public LoadedUse? Use(Deployment package) => models.UseLoaded(package.Store, package.Model, package.Version);

    /// <summary>Loads what is deployed, then routes to it, then lets go of what is not needed any more.</summary>
    /// <returns>True when all could be loaded.</returns>
    public async Task<bool> FollowAsync(DeploymentState state, CancellationToken cancellationToken)
    {
        var arms = state.Splits.SelectMany(split => split.Arms.Select(arm => arm.Package));
        var complete = await models.LoadAsync(state.Deployments.Concat(arms), cancellationToken);
        routes = RoutesOf(state).ToFrozenDictionary();
        aliases = state.Deployments.Concat(arms).DistinctBy(package => (package.Store, package.Model, package.Alias))
            .ToFrozenDictionary(package => (package.Store, package.Model, package.Alias), package => package.Version);
        HasFollowed = true;
        var needed = routes.Select(route => (route.Key.Store, route.Key.Model, route.Value.Champion))
            .Concat(state.Deployments.Concat(arms).Select(package => (package.Store, package.Model, package.Version))).ToHashSet();
        models.Keep(needed);
        if (complete)
            packages.RemoveOld(state.Deployments.Concat(arms).Select(package => package.ManifestSha256).ToHashSet());
        return complete;
    }

    private IEnumerable<KeyValuePair<(StoreId, string), Route>> RoutesOf(DeploymentState state)
    {
        foreach (var champion in state.Deployments.Where(deployment => deployment.Alias == Arm.Champion))
        {
            var key = (champion.Store, champion.Model);
            var split = state.Splits.FirstOrDefault(split => split.Store == champion.Store && split.Alias == champion.Alias && split.Arms[0].Package.Model == champion.Model);
            if (models.Has(champion))
                yield return KeyValuePair.Create(key, new Route(champion.Version, split));
            else if (routes.TryGetValue(key, out var before))
                yield return KeyValuePair.Create(key, before with { Split = split });
        }
    }
}

/// <summary>A version in use by one call.</summary>
/// <param name="Arm">Its name in the answer; <c>champion</c> outside a rollout.</param>
/// <param name="Shadow">What is to be asked too, without being shown.</param>
internal sealed record RoutedUse(ModelUse Use, string Arm, SplitArm? Shadow) : IDisposable
{
    public RecommendationModel Model => Use.Model;

    public void Dispose() => Use.Dispose();
}
