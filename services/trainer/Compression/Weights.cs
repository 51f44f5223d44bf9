using System.Runtime.InteropServices;
using ModelOps.Trainer.Onnx.Format;
using ElementType = ModelOps.Trainer.Onnx.Format.TensorProto.Types.DataType;

namespace ModelOps.Trainer.Compression;

/// <summary>The weights of a graph.</summary>
internal static class Weights
{
    /// <summary>Fewer values are not worth a node.</summary>
    private const int Fewest = 1024;

    public static bool AreMany(TensorProto tensor) => tensor.DataType == (int)ElementType.Float && tensor.RawData.Length >= Fewest * sizeof(float);

    public static float[] Of(TensorProto tensor) => MemoryMarshal.Cast<byte, float>(tensor.RawData.Span).ToArray();
}
