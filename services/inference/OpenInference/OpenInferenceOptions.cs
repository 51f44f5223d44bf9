using System.ComponentModel.DataAnnotations;

namespace ModelOps.Inference.OpenInference;

/// <summary>The configuration section <c>OpenInference</c>.</summary>
internal sealed class OpenInferenceOptions
{
    /// <summary>The largest body of a request, in bytes; gRPC's message too.</summary>
    [Range(1024, 1024 * 1024 * 1024)] public int MaxRequestBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>Values of one tensor that comes in.</summary>
    [Range(1, 1_000_000_000)] public int MaxTensorValues { get; init; } = 4 * 1024 * 1024;
}
