using Microsoft.ML.OnnxRuntime;
using ModelOps.Contracts;
using ModelOps.Features;
using ModelOps.Inference.Batching;
using ModelOps.Inference.OpenInference;

namespace ModelOps.Inference.Models;

/// <summary>Any ONNX model with a <c>signature.json</c>. It is asked by tensors alone and recommends nothing.</summary>
internal sealed class OwnModel : LoadedModel
{
    private OwnModel(StoreId store, string name, int version, InferenceSession session, ModelSignature signature, BatchingHost batching)
        : base(store, name, version, session, signature, batching)
    {
    }

    /// <exception cref="InvalidDataException">The signature is not that of the graph, or the graph cannot be loaded.</exception>
    public static async Task<OwnModel> LoadAsync(StoreId store, string name, int version, string folder, BatchingHost batching, CancellationToken cancellationToken)
    {
        var signature = await ModelSignature.ReadAsync(Path.Combine(folder, PackageFiles.Signature), cancellationToken);
        InferenceSession? session = null;
        try
        {
            session = Open(Path.Combine(folder, PackageFiles.Model));
            GraphSignature.Check(signature, session);
            return new OwnModel(store, name, version, session, signature, batching);
        }
        catch (Exception exception) when (exception is OnnxRuntimeException or InvalidDataException)
        {
            session?.Dispose();
            throw new InvalidDataException($"'{name}' version {version} cannot be served: {exception.Message}", exception);
        }
    }
}
