using Google.Protobuf;
using ModelOps.Trainer.Onnx.Format;
using ElementType = ModelOps.Trainer.Onnx.Format.TensorProto.Types.DataType;

namespace ModelOps.Trainer.Compression;

/// <summary>
/// Weights stored in 16 bits and widened when the graph is loaded: half the file, the same speed. What is too large for 16 bits
/// stays as it is.
/// </summary>
public sealed class HalfPrecision : IVariant
{
    private const string Stored = ".fp16";

    public string Name => "fp16";

    public ModelProto Of(ModelProto model)
    {
        ArgumentNullException.ThrowIfNull(model);
        var halved = model.Clone();
        var graph = halved.Graph;
        for (var i = 0; i < graph.Initializer.Count; i++)
        {
            if (graph.Initializer[i] is not { } weights || !Weights.AreMany(weights) || Halves(weights) is not { } halves)
                continue;
            graph.Initializer[i] = new TensorProto { Name = weights.Name + Stored, DataType = (int)ElementType.Float16, Dims = { weights.Dims }, RawData = halves };
            graph.Node.Insert(0, new NodeProto
            {
                OpType = "Cast",
                Name = weights.Name,
                Input = { weights.Name + Stored },
                Output = { weights.Name },
                Attribute = { new AttributeProto { Name = "to", I = (long)ElementType.Float, Type = AttributeProto.Types.AttributeType.Int } },
            });
        }
        return halved;
    }

    private static ByteString? Halves(TensorProto weights)
    {
        var halves = Array.ConvertAll(Weights.Of(weights), value => (Half)value);
        return Array.TrueForAll(halves, Half.IsFinite)
            ? ByteString.CopyFrom(System.Runtime.InteropServices.MemoryMarshal.AsBytes(halves.AsSpan()))
            : null;
    }
}
