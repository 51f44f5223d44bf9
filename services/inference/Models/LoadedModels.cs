using System.Collections.Concurrent;
using ModelOps.Contracts;
using ModelOps.Contracts.Deployments;
using ModelOps.Inference.Batching;

namespace ModelOps.Inference.Models;

/// <summary>The versions in memory, loaded and unloaded while calls run.</summary>
internal sealed class LoadedModels(PackageCache packages, BatchingHost batching, ILogger<LoadedModels> logger)
{
    private readonly ConcurrentDictionary<(StoreId Store, string Model, int Version), RecommendationModel> models = new();

    /// <summary>A version, kept loaded until the use ends; null when it is not loaded.</summary>
    public ModelUse? Use(StoreId store, string model, int version) =>
        models.TryGetValue((store, model, version), out var found) && found.TryUse() ? new ModelUse(found) : null;

    public bool Has(Deployment deployment) => models.ContainsKey((deployment.Store, deployment.Model, deployment.Version));

    /// <summary>Loads what is not loaded yet. A package that cannot be loaded is left out.</summary>
    /// <returns>True when all are loaded.</returns>
    public async Task<bool> LoadAsync(IEnumerable<Deployment> deployments, CancellationToken cancellationToken)
    {
        var complete = true;
        foreach (var deployment in deployments.Where(deployment => !Has(deployment)))
        {
            try
            {
                var folder = await packages.GetAsync(deployment, cancellationToken);
                models[(deployment.Store, deployment.Model, deployment.Version)] = await RecommendationModel.LoadAsync(deployment.Store, deployment.Model, deployment.Version, folder, batching, cancellationToken);
                logger.LogInformation("{Model} version {Version} is loaded as {Arm} for store {Store}", deployment.Model, deployment.Version, deployment.Alias, deployment.Store);
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                complete = false;
                logger.LogError(exception, "{Model} version {Version} cannot be loaded as {Arm}; what is loaded goes on answering", deployment.Model, deployment.Version, deployment.Alias);
            }
        }
        return complete;
    }

    /// <summary>Lets go of every other version. Calls that use one still end in peace.</summary>
    public void Keep(IReadOnlySet<(StoreId Store, string Model, int Version)> wanted)
    {
        foreach (var gone in models.Keys.Where(key => !wanted.Contains(key)).ToList())
        {
            if (models.TryRemove(gone, out var removed))
                removed.Dispose();
        }
    }
}

/// <summary>A model in use by one call.</summary>
internal readonly struct ModelUse(RecommendationModel model) : IDisposable
{
    public RecommendationModel Model => model;

    public void Dispose() => model.EndUse();
}
