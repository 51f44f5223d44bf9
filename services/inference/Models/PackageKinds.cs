using ModelOps.Contracts.Deployments;
using ModelOps.Features;
using ModelOps.Inference.Assist;
using ModelOps.Inference.Batching;

namespace ModelOps.Inference.Models;

/// <summary>What a package is, told by its files.</summary>
internal static class PackageKinds
{
    /// <exception cref="UnknownPackageException">It is of no kind that this build serves.</exception>
    /// <exception cref="InvalidDataException">It is of a known kind, but cannot be served.</exception>
    public static async Task<LoadedModel> LoadAsync(Deployment deployment, string folder, BatchingHost batching, CancellationToken cancellationToken)
    {
        var (store, model, version) = (deployment.Store, deployment.Model, deployment.Version);
        if (Has(folder, PackageFiles.Schema))
            return await RecommendationModel.LoadAsync(store, model, version, folder, batching, cancellationToken);
        if (Has(folder, PackageFiles.Assist))
            return await AssistModel.LoadAsync(store, model, version, folder, batching, cancellationToken);
        if (Has(folder, PackageFiles.Signature) && Has(folder, PackageFiles.Model))
            return await OwnModel.LoadAsync(store, model, version, folder, batching, cancellationToken);
        throw new UnknownPackageException(
            $"The package of '{model}' version {version} has neither {PackageFiles.Schema}, as a recommender has, nor {PackageFiles.Model} with {PackageFiles.Signature}, as a model of your own has. It is not served.");
    }

    private static bool Has(string folder, string file) => File.Exists(Path.Combine(folder, file));
}

/// <summary>A package of another use than being served here; waiting for it would be in vain.</summary>
internal sealed class UnknownPackageException(string message) : Exception(message);
