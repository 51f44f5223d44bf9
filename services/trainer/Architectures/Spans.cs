using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace ModelOps.Trainer.Architectures;

/// <summary>A processor's tensors as memory.</summary>
internal static class Spans
{
    /// <summary>False for what lies elsewhere, in pieces, in another type, or is more than one span can hold.</summary>
    public static bool CanRead(Tensor tensor) =>
        tensor.device_type == DeviceType.CPU && tensor.dtype == ScalarType.Float32 && tensor.NumberOfElements * sizeof(float) <= int.MaxValue && tensor.is_contiguous();

    public static Span<float> Of(Tensor tensor) => MemoryMarshal.Cast<byte, float>(tensor.bytes);
}
