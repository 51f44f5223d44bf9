using Microsoft.ML.OnnxRuntime;
using ModelOps.Contracts;
using ModelOps.Inference.Batching;
using ModelOps.Inference.Deployments;
using ModelOps.Inference.Models;

namespace ModelOps.Inference.OpenInference;

/// <summary>The deployed models of every kind, asked by tensors; HTTP and gRPC both come here.</summary>
internal sealed class TensorModels(Router router, DeploymentFollower deployments)
{
    /// <param name="version">A number or an alias; null is the champion.</param>
    /// <exception cref="OpenInferenceException">It is not deployed.</exception>
    public async Task<LoadedUse> UseAsync(StoreId store, string model, string? version, CancellationToken cancellationToken)
    {
        if (router.UseLoaded(store, model, version) is { } use)
            return WithGraph(use);
        await deployments.AskNowAsync(cancellationToken);
        return WithGraph(router.UseLoaded(store, model, version) ?? throw OpenInferenceException.NotFound(version is null
            ? $"No version of the model '{model}' is deployed for this store. Set the alias champion in the registry."
            : $"The model '{model}' has no deployed version or alias '{version}'. An alias in the registry deploys a version."));
    }

    private static LoadedUse WithGraph(LoadedUse use)
    {
        if (use.Model.HasGraph)
            return use;
        var name = use.Model.Name;
        use.Dispose();
        throw OpenInferenceException.NotFound($"The model '{name}' has no graph that could be asked by tensors; it is asked by its own address.");
    }

    /// <summary>Versions that can be asked now.</summary>
    public IEnumerable<string> VersionsOf(StoreId store, string model) => router.LoadedVersions(store, model).Select(version => $"{version}");

    /// <exception cref="OpenInferenceException">The graph cannot compute these values.</exception>
    /// <exception cref="NotComputedException">There is too much to do, or the deadline has passed.</exception>
    public static async Task<IReadOnlyList<NamedTensor>> InferAsync(LoadedModel model, TensorCall call, CancellationToken cancellationToken)
    {
        try
        {
            await model.Calls.RunAsync(call, Deadline.Current, cancellationToken);
            return call.Outputs;
        }
        catch (OnnxRuntimeException exception)
        {
            throw OpenInferenceException.Bad($"The model cannot compute these inputs: {exception.Message}");
        }
    }
}
