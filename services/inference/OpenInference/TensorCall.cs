using ModelOps.Inference.Batching;

namespace ModelOps.Inference.OpenInference;

/// <summary>Tensors that go into a graph, and what comes out.</summary>
internal sealed class TensorCall(IReadOnlyList<NamedTensor> inputs, IReadOnlyList<string> wanted) : BatchCall
{
    public IReadOnlyList<NamedTensor> Inputs => inputs;

    /// <summary>Names of outputs.</summary>
    public IReadOnlyList<string> Wanted => wanted;

    public IReadOnlyList<NamedTensor> Outputs { get; set; } = [];
}
