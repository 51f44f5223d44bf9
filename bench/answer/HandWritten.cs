using ModelOps.Features;
using ModelOps.Trainer.Architectures;
using ModelOps.Trainer.Onnx;
using static TorchSharp.torch;
using ElementType = ModelOps.Trainer.Onnx.Format.TensorProto.Types.DataType;

namespace ModelOps.Bench.Answer;

/// <summary>
/// The least that a SASRec of one block and one head can do: only the last position is asked, the table is stored once scaled for
/// reading and once transposed for scoring, scores have no common scale, and nothing is excluded.
/// </summary>
internal static class HandWritten
{
    private const float Forbidden = -1e9f, Epsilon = 1e-8f;

    public static GraphBuilder Of(SequenceNetwork network)
    {
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        var weights = network.named_parameters().ToDictionary(named => named.name, named => named.parameter);
        var graph = new GraphBuilder("hand-written");
        string Norm(string name, string x) => graph.Node("LayerNormalization", [x, graph.Weight(name + ".weight", weights[name + ".weight"]), graph.Weight(name + ".bias", weights[name + ".bias"])], ("axis", -1L), ("epsilon", Epsilon));
        string Dense(string name, string x) =>
            graph.Node("Add", [graph.Node("MatMul", [x, graph.Weight(name + ".weight", weights[name + ".weight"].t().contiguous())]), graph.Weight(name + ".bias", weights[name + ".bias"])]);

        var history = graph.Input(PackageGraph.History, ElementType.Int64, "batch", network.Length);
        var count = graph.Input(PackageGraph.Count, ElementType.Int64, 1);
        var table = network.ItemTable();
        var x = graph.Node("Gather", [graph.Weight("read", table * MathF.Sqrt(table.shape[1])), history], ("axis", 0L)); // (batch, time, dim)
        x = graph.Node("Add", [x, graph.Weight("positions", weights["positions"])]);
        var sees = graph.Node("Unsqueeze", [graph.Node("Greater", [history, graph.Constant("none", 0L)]), graph.Constant("axes12", [1L, 2L])]); // (batch, 1, 1, time)
        var mask = graph.Node("Where", [sees, graph.Constant("zero", 0f), graph.Constant("never", Forbidden)]);
        var normed = Norm("blocks.0.attentionNorm", x);
        var attended = graph.Node("Attention", [Dense("blocks.0.query", graph.Last(normed, 1)), Dense("blocks.0.key", normed), Dense("blocks.0.value", normed), mask], ("q_num_heads", 1L), ("kv_num_heads", 1L));
        x = graph.Node("Add", [graph.Last(x, 1), Dense("blocks.0.output", attended)]); // (batch, 1, dim)
        var hidden = graph.Node("Relu", [Dense("blocks.0.widen", Norm("blocks.0.forwardNorm", x))]);
        x = graph.Node("Add", [x, Dense("blocks.0.narrow", hidden)]);
        var last = graph.Node("Squeeze", [Norm("norm", x), graph.Constant("axis1", 1L)]); // (batch, dim)
        var (best, items) = graph.TopK(graph.Node("MatMul", [last, graph.Weight("score", table.t().contiguous())]), count);
        graph.Output(PackageGraph.Items, items, ElementType.Int64, "batch", "count");
        graph.Output(PackageGraph.Scores, best, ElementType.Float, "batch", "count");
        return graph;
    }
}
