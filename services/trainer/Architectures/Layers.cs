using ModelOps.Trainer.Onnx;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ModelOps.Trainer.Architectures;

/// <summary>Layers that several networks share, each with its nodes in a graph.</summary>
public static class Layers
{
    /// <summary>Scaled dot-product attention over <paramref name="heads"/> parts of the dimensions.</summary>
    /// <param name="mask">(batch, 1, time, time), added to the weights' logits.</param>
    /// <param name="dropout">Of the weights; 0 outside training.</param>
    public static Tensor Attend(Tensor query, Tensor key, Tensor value, Tensor mask, int heads, double dropout) // (batch, time, dim) each
    {
        using var scope = NewDisposeScope();
        var (batch, time, dim) = (query.shape[0], query.shape[1], query.shape[2]);
        Tensor Split(Tensor t) => t.view(batch, time, heads, dim / heads).transpose(1, 2).reshape(batch * heads, time, dim / heads);
        var weights = bmm(Split(query), Split(key).transpose(1, 2)).div(Scalars.Of(Math.Sqrt(dim / heads))); // (batch · heads, time, time)
        weights = nn.functional.softmax(weights.view(batch, heads, time, time).Plus(mask), -1);
        weights = Dropping.Drop(weights, dropout, dropout > 0).view(batch * heads, time, time);
        return bmm(weights, Split(value)).view(batch, heads, time, dim / heads).transpose(1, 2).reshape(batch, time, dim).MoveToOuterDisposeScope();
    }

    public static string Attend(GraphBuilder graph, string query, string key, string value, string mask, int heads)
    {
        ArgumentNullException.ThrowIfNull(graph);
        return graph.Node("Attention", [query, key, value, mask], ("q_num_heads", (long)heads), ("kv_num_heads", (long)heads));
    }

    public static string Dense(GraphBuilder graph, string name, Linear layer, string x)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(layer);
        using var transposed = layer.weight!.t().contiguous();
        var product = graph.Node("MatMul", [x, graph.Weight(name + ".weight", transposed)]);
        return layer.bias is { } bias ? graph.Node("Add", [product, graph.Weight(name + ".bias", bias)]) : product;
    }

    public static string Norm(GraphBuilder graph, string name, LayerNorm norm, string x, float epsilon)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(norm);
        return graph.Node("LayerNormalization", [x, graph.Weight(name + ".weight", norm.weight!), graph.Weight(name + ".bias", norm.bias!)], ("axis", -1L), ("epsilon", epsilon));
    }

    /// <summary>x · sigmoid(x), which opset 23 has no operator for.</summary>
    public static string Silu(GraphBuilder graph, string x)
    {
        ArgumentNullException.ThrowIfNull(graph);
        return graph.Node("Mul", [x, graph.Node("Sigmoid", [x])]);
    }
}
