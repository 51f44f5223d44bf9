using System.Collections.Concurrent;
using Microsoft.ML.OnnxRuntime;
using ModelOps.Contracts;
using ModelOps.Contracts.Deployments;
using ModelOps.Inference.Batching;

namespace ModelOps.Inference.Models;

/// <summary>The versions in memory, loaded and unloaded while calls run.</summary>
internal sealed class LoadedModels(PackageCache packages, BatchingHost batching, ILogger<LoadedModels> logger)
{
    /// <summary>How long a package that was refused is left alone: it would be downloaded each time.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<(StoreId Store, string Model, int Version), LoadedModel> models = new();
    private readonly ConcurrentDictionary<string, bool> unknown = new(); // manifests
    private readonly ConcurrentDictionary<string, long> refused = new();

    /// <summary>A recommender's version, kept loaded until the use ends; null when it is not loaded.</summary>
    public ModelUse? Use(StoreId store, string model, int version) =>
        models.TryGetValue((store, model, version), out var found) && found is RecommendationModel recommender && recommender.TryUse() ? new ModelUse(recommender) : null;

    /// <summary>A version of any kind, kept loaded until the use ends; null when it is not loaded.</summary>
    public LoadedUse? UseLoaded(StoreId store, string model, int version) =>
        models.TryGetValue((store, model, version), out var found) && found.TryUse() ? new LoadedUse(found) : null;

    public IEnumerable<int> VersionsOf(StoreId store, string model) => models.Keys.Where(key => key.Store == store && key.Model == model).Select(key => key.Version).Order();

    public bool Has(Deployment deployment) => models.ContainsKey((deployment.Store, deployment.Model, deployment.Version));

    /// <summary>Loads what is not loaded yet. A package that cannot be loaded is left out.</summary>
    /// <returns>True when all are loaded.</returns>
    public async Task<bool> LoadAsync(IEnumerable<Deployment> deployments, CancellationToken cancellationToken)
    {
        var complete = true;
        foreach (var deployment in deployments.Where(deployment => !Has(deployment) && !unknown.ContainsKey(deployment.ManifestSha256)))
        {
            if (refused.TryGetValue(deployment.ManifestSha256, out var at) && TimeProvider.System.GetElapsedTime(at) < Pause)
            {
                complete = false;
                continue;
            }
            try
            {
                var folder = await packages.GetAsync(deployment, cancellationToken);
                models[(deployment.Store, deployment.Model, deployment.Version)] = await PackageKinds.LoadAsync(deployment, folder, batching, cancellationToken);
                refused.TryRemove(deployment.ManifestSha256, out _);
                logger.LogInformation("{Model} version {Version} is loaded as {Arm} for store {Store}", deployment.Model, deployment.Version, deployment.Alias, deployment.Store);
            }
            catch (UnknownPackageException exception)
            {
                unknown[deployment.ManifestSha256] = true; // said once; it stays as it is
                logger.LogWarning("{Reason}", exception.Message);
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                complete = false;
                if (exception is InvalidDataException or OnnxRuntimeException)
                    refused[deployment.ManifestSha256] = TimeProvider.System.GetTimestamp();
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

/// <summary>A model of any kind in use by one call.</summary>
internal readonly struct LoadedUse(LoadedModel model) : IDisposable
{
    public LoadedModel Model => model;

    public void Dispose() => model.EndUse();
}

/// <summary>A recommender in use by one call.</summary>
internal readonly struct ModelUse(RecommendationModel model) : IDisposable
{
    public RecommendationModel Model => model;

    public void Dispose() => model.EndUse();
}
