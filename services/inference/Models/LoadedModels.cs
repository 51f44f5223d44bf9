using System.Collections.Concurrent;
using ModelOps.Contracts;
using ModelOps.Contracts.Deployments;

namespace ModelOps.Inference.Models;

/// <summary>The model behind each store's alias, swapped while calls run.</summary>
internal sealed class LoadedModels(PackageCache packages, ILogger<LoadedModels> logger)
{
    public const string Champion = "champion";

    private readonly ConcurrentDictionary<(StoreId Store, string Model, string Alias), RecommendationModel> models = new();

    /// <summary>The store's champion, kept loaded until the use ends; null when none is deployed.</summary>
    public ModelUse? Use(StoreId store, string model)
    {
        // A model that goes while it is looked up has been replaced: look again.
        while (models.TryGetValue((store, model, Champion), out var found))
        {
            if (found.TryUse())
                return new ModelUse(found);
        }
        return null;
    }

    /// <summary>Makes the loaded models those of <paramref name="deployments"/>. A package that cannot be loaded leaves what is there.</summary>
    /// <returns>True when all are loaded.</returns>
    public async Task<bool> FollowAsync(IReadOnlyList<Deployment> deployments, CancellationToken cancellationToken)
    {
        var complete = true;
        foreach (var deployment in deployments)
        {
            var key = (deployment.Store, deployment.Model, deployment.Alias);
            if (models.TryGetValue(key, out var current) && current.Version == deployment.Version)
                continue;
            try
            {
                var folder = await packages.GetAsync(deployment, cancellationToken);
                var model = await RecommendationModel.LoadAsync(deployment.Store, deployment.Model, deployment.Version, folder, cancellationToken);
                models[key] = model;
                current?.Dispose();
                logger.LogInformation("{Model} version {Version} answers as {Alias} for store {Store}", deployment.Model, deployment.Version, deployment.Alias, deployment.Store);
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                complete = false;
                logger.LogError(exception, "{Model} version {Version} cannot be loaded; {Current} goes on answering", deployment.Model, deployment.Version, current is null ? "nothing" : $"version {current.Version}");
            }
        }
        var wanted = deployments.Select(deployment => (deployment.Store, deployment.Model, deployment.Alias)).ToHashSet();
        foreach (var gone in models.Keys.Where(key => !wanted.Contains(key)).ToList())
        {
            if (models.TryRemove(gone, out var removed))
                removed.Dispose();
        }
        if (complete)
            packages.RemoveOld(deployments.Select(deployment => deployment.ManifestSha256).ToHashSet());
        return complete;
    }
}

/// <summary>A model in use by one call.</summary>
internal readonly struct ModelUse(RecommendationModel model) : IDisposable
{
    public RecommendationModel Model => model;

    public void Dispose() => model.EndUse();
}
