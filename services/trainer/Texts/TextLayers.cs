using ModelOps.Trainer.Architectures;
using ModelOps.Trainer.Onnx;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ModelOps.Trainer.Texts;

/// <summary>Layers that text networks share, each with its nodes in a graph.</summary>
internal static class TextLayers
{
    public const float Never = -1e9f;

    private static readonly double Root = Math.Sqrt(2 / Math.PI);

    /// <param name="mask">(batch, 1, 1 or time, time) added to the logits; null where all is seen.</param>
    public static Tensor Attend(Tensor query, Tensor key, Tensor value, Tensor? mask, int heads, bool isCausal) // (batch, time, dim) each
    {
        using var scope = NewDisposeScope();
        var (batch, time, dim) = (query.shape[0], query.shape[1], query.shape[2]);
        Tensor Split(Tensor t) => t.view(batch, time, heads, dim / heads).transpose(1, 2); // (batch, heads, time, head)
        var attended = nn.functional.scaled_dot_product_attention(Split(query), Split(key), Split(value), mask!, 0, isCausal);
        return attended.transpose(1, 2).reshape(batch, time, dim).MoveToOuterDisposeScope();
    }

    /// <summary>0 where a token is, and what hides it where none is.</summary>
    /// <param name="mask">(batch, time) 1 for tokens.</param>
    public static Tensor Hide(Tensor mask) => mask.to_type(ScalarType.Float32).sub(Scalars.Of(1)).mul(Scalars.Of(-Never)).unsqueeze(1).unsqueeze(1); // (batch, 1, 1, time)

    public static Tensor Activate(TextConfig config, Tensor x)
    {
        if (config.Activation == "relu")
            return nn.functional.relu(x);
        if (!config.IsTanhGelu)
            return nn.functional.gelu(x);
        using var scope = NewDisposeScope();
        var inner = x.Plus(x.pow(Scalars.Of(3)).mul(Scalars.Of(0.044715))).mul(Scalars.Of(Root));
        return x.mul(Scalars.Of(0.5)).mul(inner.tanh().add(Scalars.Of(1))).MoveToOuterDisposeScope();
    }

    public static string Activate(GraphBuilder graph, TextConfig config, string x) =>
        config.Activation == "relu" ? graph.Node("Relu", [x]) : config.IsTanhGelu ? graph.Node("Gelu", [x], ("approximate", "tanh")) : graph.Node("Gelu", [x]);

    /// <summary>Several dense layers of the same input as one product, which is cheaper, and its parts.</summary>
    public static string[] Together(GraphBuilder graph, string name, string x, params Linear[] layers)
    {
        using var scope = NewDisposeScope();
        var weight = cat([.. layers.Select(layer => layer.weight!)], 0).t().contiguous();
        var bias = cat([.. layers.Select(layer => layer.bias!)], 0);
        var product = graph.Node("Add", [graph.Node("MatMul", [x, graph.Weight(name + ".weight", weight)]), graph.Weight(name + ".bias", bias)]);
        return graph.Nodes("Split", [product, graph.Constant(name + ".sizes", [.. layers.Select(layer => layer.weight!.shape[0])])], layers.Length, ("axis", -1L));
    }
}
