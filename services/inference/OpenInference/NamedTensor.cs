namespace ModelOps.Inference.OpenInference;

/// <summary>A tensor with its values in row-major order.</summary>
/// <param name="Values">An array of the datatype's own type.</param>
internal sealed record NamedTensor(string Name, Datatype Datatype, long[] Shape, Array Values);
