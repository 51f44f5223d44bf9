// Jacob et al.: Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference. CVPR 2018,
// https://arxiv.org/abs/1712.05877; https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md (DynamicQuantizeMatMul)
using System.Runtime.InteropServices;
using Google.Protobuf;
using ModelOps.Trainer.Compression;
using ModelOps.Trainer.Onnx.Format;
using ElementType = ModelOps.Trainer.Onnx.Format.TensorProto.Types.DataType;

namespace ModelOps.Trainer.Texts;

/// <summary>
/// Dense layers in 8 bits: a scale for each column of the weights, what comes in is scaled as it comes, bias included, in one operator
/// of ONNX Runtime's. Attention, sums and normalisations stay in 32 bits, where 8 cost more than they save. Weights have 7 bits and a
/// sign, so that no processor's 16-bit sums overflow.
/// </summary>
public sealed class EncoderInt8 : IVariant
{
    private const string Domain = "com.microsoft", Operator = "DynamicQuantizeMatMul";
    private const float Most = 63;

    public string Name => "int8";

    public ModelProto Of(ModelProto model)
    {
        ArgumentNullException.ThrowIfNull(model);
        var made = model.Clone();
        var graph = made.Graph;
        var weights = graph.Initializer.Where(tensor => tensor.Dims.Count == 2 && Weights.AreMany(tensor)).ToDictionary(tensor => tensor.Name);
        var readers = graph.Node.SelectMany(node => node.Input.Select(input => (input, node))).ToLookup(use => use.input, use => use.node);
        var initializers = graph.Initializer.Select(tensor => tensor.Name).ToHashSet();
        var sums = new HashSet<NodeProto>();
        foreach (var node in graph.Node.Where(node => node.OpType == "MatMul" && node.Input.Count == 2 && weights.ContainsKey(node.Input[1]) && readers[node.Input[1]].Count() == 1).ToList())
        {
            var (input, weight, product) = (node.Input[0], weights[node.Input[1]], node.Output[0]);
            var (whole, scale) = Quantize(weight);
            graph.Initializer.Remove(weight);
            graph.Initializer.Add([whole, scale]);
            (node.OpType, node.Domain) = (Operator, Domain);
            node.Input.Clear();
            node.Input.Add([input, whole.Name, scale.Name]);
            if (readers[product].ToList() is [{ OpType: "Add" } sum] && sum.Input.FirstOrDefault(input => input != product) is { } bias && initializers.Contains(bias))
            {
                node.Input.Add(["", bias]); // no zero point: the weights lie around 0
                node.Output[0] = sum.Output[0];
                sums.Add(sum);
            }
        }
        foreach (var sum in sums)
            graph.Node.Remove(sum);
        made.OpsetImport.Add(new OperatorSetIdProto { Domain = Domain, Version = 1 });
        return made;
    }

    private static (TensorProto Whole, TensorProto Scale) Quantize(TensorProto weight)
    {
        var (values, rows, columns) = (Weights.Of(weight), (int)weight.Dims[0], (int)weight.Dims[1]);
        var (scales, whole) = (new float[columns], new sbyte[values.Length]);
        for (var i = 0; i < values.Length; i++)
            scales[i % columns] = Math.Max(scales[i % columns], Math.Abs(values[i]) / Most);
        for (var i = 0; i < values.Length; i++)
            whole[i] = scales[i % columns] == 0 ? (sbyte)0 : (sbyte)MathF.Round(values[i] / scales[i % columns]);
        for (var column = 0; column < columns; column++)
            scales[column] = scales[column] == 0 ? 1 : scales[column];
        return (
            new TensorProto { Name = weight.Name + ".int8", DataType = (int)ElementType.Int8, Dims = { rows, columns }, RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(whole.AsSpan())) },
            new TensorProto { Name = weight.Name + ".scale", DataType = (int)ElementType.Float, Dims = { columns }, RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(scales.AsSpan())) });
    }
}
