using System.Runtime.InteropServices;
using Google.Protobuf;
using ModelOps.Trainer.Onnx.Format;
using TorchSharp;
using static TorchSharp.torch;
using ElementType = ModelOps.Trainer.Onnx.Format.TensorProto.Types.DataType;

namespace ModelOps.Trainer.Onnx;

/// <summary>
/// Writes an ONNX graph, node by node: each method returns the name of the value it adds, for the next to use. Values of the same
/// name are one: a weight that two nodes use is stored once.
/// </summary>
public sealed class GraphBuilder(string name)
{
    /// <summary>The first set of operators with Attention, and the file format that came with it.</summary>
    private const int Opset = 23, FormatVersion = 11;

    /// <summary>The operators for trees and other classical models, and the version of them that every runtime reads.</summary>
    private const string MachineLearning = "ai.onnx.ml";
    private const int MachineLearningOpset = 3;

    private readonly GraphProto graph = new() { Name = name };
    private readonly HashSet<string> initializers = [];

    /// <param name="shape">A number fixes a dimension, a string names one that is free.</param>
    public string Input(string value, ElementType type, params ReadOnlySpan<object> shape)
    {
        graph.Input.Add(Describe(value, type, shape));
        return value;
    }

    public void Output(string output, string value, ElementType type, params ReadOnlySpan<object> shape)
    {
        graph.Node.Add(new NodeProto { OpType = "Identity", Name = output, Input = { value }, Output = { output } });
        graph.Output.Add(Describe(output, type, shape));
    }

    public string Node(string operation, IEnumerable<string> inputs, params ReadOnlySpan<(string Name, object Value)> attributes)
    {
        var value = $"{operation}_{graph.Node.Count}";
        var node = new NodeProto { OpType = operation, Name = value, Output = { value } };
        node.Input.AddRange(inputs);
        foreach (var (attribute, content) in attributes)
            node.Attribute.Add(Attribute(attribute, content));
        graph.Node.Add(node);
        return value;
    }

    /// <summary>A node with several outputs.</summary>
    public string[] Nodes(string operation, IEnumerable<string> inputs, int outputs, params ReadOnlySpan<(string Name, object Value)> attributes)
    {
        var first = Node(operation, inputs, attributes);
        string[] values = [first, .. Enumerable.Range(1, outputs - 1).Select(output => $"{first}.{output}")];
        graph.Node[^1].Output.AddRange(values[1..]);
        return values;
    }

    /// <summary>A name for constants that belong to one place in the graph alone.</summary>
    public string Fresh(string prefix) => $"{prefix}{graph.Node.Count}";

    /// <summary>A node of the domain <c>ai.onnx.ml</c>.</summary>
    public string MachineLearningNode(string operation, IEnumerable<string> inputs, params ReadOnlySpan<(string Name, object Value)> attributes)
    {
        var value = Node(operation, inputs, attributes);
        graph.Node[^1].Domain = MachineLearning;
        return value;
    }

    /// <summary>The last entry along <paramref name="axis"/>, which stays as a dimension of 1.</summary>
    public string Last(string value, long axis) =>
        Node("Slice", [value, Constant("last.from", -1L), Constant("last.to", long.MaxValue), Constant($"last.axis{axis}", axis)]);

    /// <summary>The highest of each row, highest first and of equals the first, and where they are.</summary>
    /// <param name="count">(1) int64.</param>
    public (string Values, string Indices) TopK(string value, string count)
    {
        var name = $"TopK_{graph.Node.Count}";
        var node = new NodeProto { OpType = "TopK", Name = name, Input = { value, count }, Output = { name, name + ".indices" } };
        node.Attribute.Add(Attribute("axis", 1L));
        graph.Node.Add(node);
        return (name, name + ".indices");
    }

    /// <summary>The last <paramref name="count"/> columns of (batch, columns).</summary>
    public string LastColumns(string value, long count) =>
        Node("Slice", [value, Constant($"lastColumns{count}", -count), Constant("last.to", long.MaxValue), Constant("last.axis1", 1L)]);

    /// <summary>Zeros of (batch, <paramref name="columns"/>), with as many rows as <paramref name="like"/>.</summary>
    public string Zeros(string like, long columns)
    {
        var rows = Node("Shape", [like], ("start", 0L), ("end", 1L));
        return Node("Expand", [Constant("zero", 0f), Node("Concat", [rows, Constant($"columns{columns}", columns)], ("axis", 0L))]);
    }

    public string Weight(string value, Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        using var scope = NewDisposeScope();
        var content = tensor.detach().to(ScalarType.Float32).cpu().contiguous();
        return Store(value, ElementType.Float, content.data<float>().ToArray().AsSpan(), tensor.shape);
    }

    public string Constant(string value, float content) => Store(value, ElementType.Float, [content], []);

    public string Constant(string value, long content) => Store(value, ElementType.Int64, [content], [1]);

    public string Constant(string value, float[] content, params long[] shape) => Store<float>(value, ElementType.Float, content, shape);

    public string Constant(string value, int[] content, params long[] shape) => Store<int>(value, ElementType.Int32, content, shape);

    public string Constant(string value, float[] content) => Store<float>(value, ElementType.Float, content, [content.Length]);

    public string Constant(string value, long[] content) => Store<long>(value, ElementType.Int64, content, [content.Length]);

    public string Constant(string value, bool[] content, params long[] shape) => Store<bool>(value, ElementType.Bool, content, shape);

    public ModelProto Build()
    {
        var model = Model();
        if (graph.Node.Any(node => node.Domain == MachineLearning))
            model.OpsetImport.Add(new OperatorSetIdProto { Domain = MachineLearning, Version = MachineLearningOpset });
        return model;
    }

    private ModelProto Model() => new()
    {
        IrVersion = FormatVersion,
        ProducerName = "ModelOps",
        ProducerVersion = typeof(GraphBuilder).Assembly.GetName().Version!.ToString(3),
        Graph = graph,
        OpsetImport = { new OperatorSetIdProto { Version = Opset } },
    };

    private string Store<T>(string value, ElementType type, ReadOnlySpan<T> content, ReadOnlySpan<long> shape) where T : struct
    {
        if (!initializers.Add(value))
            return value;
        var tensor = new TensorProto { Name = value, DataType = (int)type, RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(content)) };
        foreach (var dimension in shape)
            tensor.Dims.Add(dimension);
        graph.Initializer.Add(tensor);
        return value;
    }

    private static ValueInfoProto Describe(string value, ElementType type, ReadOnlySpan<object> shape)
    {
        var dimensions = new TensorShapeProto();
        foreach (var dimension in shape)
            dimensions.Dim.Add(dimension is string free ? new() { DimParam = free } : new TensorShapeProto.Types.Dimension { DimValue = Convert.ToInt64(dimension, null) });
        return new ValueInfoProto { Name = value, Type = new TypeProto { TensorType = new() { ElemType = (int)type, Shape = dimensions } } };
    }

    private static AttributeProto Attribute(string name, object content) => content switch
    {
        long number => new() { Name = name, I = number, Type = AttributeProto.Types.AttributeType.Int },
        float number => new() { Name = name, F = number, Type = AttributeProto.Types.AttributeType.Float },
        string text => new() { Name = name, S = ByteString.CopyFromUtf8(text), Type = AttributeProto.Types.AttributeType.String },
        long[] numbers => new() { Name = name, Ints = { numbers }, Type = AttributeProto.Types.AttributeType.Ints },
        float[] numbers => new() { Name = name, Floats = { numbers }, Type = AttributeProto.Types.AttributeType.Floats },
        string[] texts => new() { Name = name, Strings = { texts.Select(ByteString.CopyFromUtf8) }, Type = AttributeProto.Types.AttributeType.Strings },
        _ => throw new ArgumentException($"An attribute cannot hold a {content.GetType().Name}. Give a long, a float or a string, or some of them.", nameof(content)),
    };
}
