// Jacob et al.: Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference. CVPR 2018,
// https://arxiv.org/abs/1712.05877; dynamic, as https://onnxruntime.ai/docs/performance/model-optimizations/quantization.html describes.
using System.Runtime.InteropServices;
using Google.Protobuf;
using ModelOps.Trainer.Onnx.Format;
using AttributeType = ModelOps.Trainer.Onnx.Format.AttributeProto.Types.AttributeType;
using ElementType = ModelOps.Trainer.Onnx.Format.TensorProto.Types.DataType;

namespace ModelOps.Trainer.Compression;

/// <summary>
/// Products with fixed matrices in 8 bits: each column has its own scale, what comes in is scaled as it comes. A table that is also
/// looked up, as the items' vectors are, is stored once, for both. Products are of 7 bits and a sign, so that no processor's
/// 16-bit sums overflow. What is not multiplied is stored in 16 bits.
/// </summary>
public sealed class DynamicInt8 : IVariant
{
    private const float Most = 63;

    public string Name => "int8";

    public ModelProto Of(ModelProto model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return new HalfPrecision().Of(new Rewriting(model).Graph());
    }

    private sealed class Rewriting(ModelProto original)
    {
        private readonly ModelProto model = original.Clone();
        private readonly Dictionary<string, TensorProto> matrices = original.Graph.Initializer.Where(tensor => Weights.AreMany(tensor) && tensor.Dims.Count == 2).ToDictionary(tensor => tensor.Name);
        private readonly HashSet<string> stored = [];
        private readonly List<NodeProto> nodes = [];

        public ModelProto Graph()
        {
            // A matrix is worth it where each of its uses can do with the columns in 8 bits.
            var uses = original.Graph.Node.SelectMany(node => node.Input.Select((name, at) => (name, node, at))).Where(use => matrices.ContainsKey(use.name)).ToLookup(use => use.name);
            foreach (var group in uses.Where(group => !group.Any(use => IsProduct(use.node, use.at)) || !group.All(use => IsProduct(use.node, use.at) || IsLookup(use.node, use.at))))
                matrices.Remove(group.Key);
            foreach (var node in original.Graph.Node)
                Rewrite(node);
            model.Graph.Node.Clear();
            model.Graph.Node.AddRange(nodes);
            foreach (var name in matrices.Keys)
                model.Graph.Initializer.Remove(model.Graph.Initializer.Single(tensor => tensor.Name == name));
            return model;
        }

        private static bool IsProduct(NodeProto node, int at) => at == 1 && (node.OpType == "MatMul" || (node.OpType == "Gemm" && !IsSet(node, "transA")));

        private static bool IsLookup(NodeProto node, int at) => at == 0 && node.OpType == "Gather" && !IsSet(node, "axis");

        private static bool IsSet(NodeProto node, string attribute) => node.Attribute.FirstOrDefault(a => a.Name == attribute)?.I is > 0;

        private void Rewrite(NodeProto node)
        {
            if (node.Input.Count > 1 && IsProduct(node, 1) && matrices.TryGetValue(node.Input[1], out var factor))
                Product(node, factor);
            else if (node.Input.Count > 1 && IsLookup(node, 0) && matrices.TryGetValue(node.Input[0], out var table))
                LookUp(node, table);
            else
                nodes.Add(node.Clone());
        }

        private void Product(NodeProto node, TensorProto factor)
        {
            var (whole, scale) = Store(factor, byRow: IsSet(node, "transB"));
            var name = node.Output[0];
            nodes.Add(new NodeProto { OpType = "DynamicQuantizeLinear", Name = name + ".in", Input = { node.Input[0] }, Output = { name + ".in", name + ".inScale", name + ".inZero" } });
            Add("MatMulInteger", name + ".whole", [name + ".in", whole, name + ".inZero"]);
            Add("Cast", name + ".float", [name + ".whole"], ("to", (long)ElementType.Float));
            Add("Mul", name + ".scale", [name + ".inScale", scale]);
            var bias = node.OpType == "Gemm" && node.Input.Count > 2 ? node.Input[2] : null;
            Add("Mul", bias is null ? name : name + ".product", [name + ".float", name + ".scale"]);
            if (bias is not null)
                Add("Add", name, [name + ".product", bias]);
        }

        /// <summary>The table's rows are the columns of the stored matrix.</summary>
        private void LookUp(NodeProto node, TensorProto table)
        {
            var (whole, scale) = Store(table, byRow: true);
            var name = node.Output[0];
            Add("Gather", name + ".columns", [whole, node.Input[1]], ("axis", 1L)); // (dim, batch, time)
            nodes.Add(new NodeProto
            {
                OpType = "Transpose",
                Name = name + ".rows",
                Input = { name + ".columns" },
                Output = { name + ".rows" },
                Attribute = { new AttributeProto { Name = "perm", Ints = { 1, 2, 0 }, Type = AttributeType.Ints } },
            });
            Add("Cast", name + ".float", [name + ".rows"], ("to", (long)ElementType.Float));
            Add("Gather", name + ".rowScale", [scale, node.Input[1]], ("axis", 0L)); // (batch, time)
            Add("Unsqueeze", name + ".scale", [name + ".rowScale", LastAxis()]);
            Add("Mul", name, [name + ".float", name + ".scale"]);
        }

        /// <summary>The matrix as (in, out) with a scale for each of out.</summary>
        /// <param name="byRow">The given one is (out, in).</param>
        private (string Whole, string Scale) Store(TensorProto matrix, bool byRow)
        {
            var (whole, scale) = (matrix.Name + ".int8", matrix.Name + ".scale");
            if (!stored.Add(whole))
                return (whole, scale);
            var values = Weights.Of(matrix);
            var (rows, columns) = ((int)matrix.Dims[0], (int)matrix.Dims[1]);
            var (inputs, outputs) = byRow ? (columns, rows) : (rows, columns);
            float At(int input, int output) => byRow ? values[output * columns + input] : values[input * columns + output];
            var (quantized, scales) = (new sbyte[values.Length], new float[outputs]);
            for (var output = 0; output < outputs; output++)
            {
                var largest = 0f;
                for (var input = 0; input < inputs; input++)
                    largest = Math.Max(largest, Math.Abs(At(input, output)));
                scales[output] = largest > 0 ? largest / Most : 1;
                for (var input = 0; input < inputs; input++)
                    quantized[input * outputs + output] = (sbyte)MathF.Round(At(input, output) / scales[output]);
            }
            model.Graph.Initializer.Add(new TensorProto { Name = whole, DataType = (int)ElementType.Int8, Dims = { inputs, outputs }, RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(quantized.AsSpan())) });
            model.Graph.Initializer.Add(new TensorProto { Name = scale, DataType = (int)ElementType.Float, Dims = { outputs }, RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(scales.AsSpan())) });
            return (whole, scale);
        }

        private string LastAxis()
        {
            const string name = "int8.lastAxis";
            if (stored.Add(name))
                model.Graph.Initializer.Add(new TensorProto { Name = name, DataType = (int)ElementType.Int64, Dims = { 1 }, RawData = ByteString.CopyFrom(BitConverter.GetBytes(-1L)) });
            return name;
        }

        private void Add(string operation, string output, string[] inputs, params ReadOnlySpan<(string Name, long Value)> attributes)
        {
            var node = new NodeProto { OpType = operation, Name = output, Input = { inputs }, Output = { output } };
            foreach (var (attribute, value) in attributes)
                node.Attribute.Add(new AttributeProto { Name = attribute, I = value, Type = AttributeType.Int });
            nodes.Add(node);
        }
    }
}
