using ModelOps.Features;
using ModelOps.Trainer.Architectures;
using ElementType = ModelOps.Trainer.Onnx.Format.TensorProto.Types.DataType;

namespace ModelOps.Trainer.Onnx;

/// <summary>The graph of a recommender's package: histories in, the best allowed items out. The ranking is the same for every model; see <see cref="PackageGraph"/>.</summary>
public static class RecommenderGraph
{
    private const float LeastVariance = 1e-12f;

    /// <param name="fusion">Where it is, a shopper's own counts join the scores, as in <see cref="FrequencyFusion.Apply"/>.</param>
    public static GraphBuilder Of(IRecommender model, string name, FrequencyFusion? fusion = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        var graph = new GraphBuilder(name);
        var history = graph.Input(PackageGraph.History, ElementType.Int64, "batch", model.Length);
        var forbidden = graph.Input(PackageGraph.Forbidden, ElementType.Int64, "batch", "forbidden");
        var count = graph.Input(PackageGraph.Count, ElementType.Int64, 1);
        var scores = model.Export(graph, history); // (batch, items + 1)
        if (fusion is not null)
            scores = AddOwn(graph, scores, fusion);
        var (best, items) = graph.TopK(Forbid(graph, scores, forbidden), count);
        graph.Output(PackageGraph.Items, items, ElementType.Int64, "batch", "count");
        graph.Output(PackageGraph.Scores, best, ElementType.Float, "batch", "count");
        return graph;
    }

    private static string AddOwn(GraphBuilder graph, string scores, FrequencyFusion fusion)
    {
        var items = graph.Input(PackageGraph.OwnItems, ElementType.Int64, "batch", "own");
        var counts = graph.Input(PackageGraph.OwnCounts, ElementType.Float, "batch", "own");
        var axis = graph.Constant("axis1", 1L);
        var real = graph.Node("Slice", [scores, axis, graph.Constant("last.to", long.MaxValue), axis]); // (batch, items)
        var centred = graph.Node("Sub", [real, graph.Node("ReduceMean", [real, axis])]);
        var variance = graph.Node("ReduceMean", [graph.Node("Mul", [centred, centred]), axis]); // (batch, 1)
        var deviation = graph.Node("Sqrt", [graph.Node("Max", [variance, graph.Constant("own.least", LeastVariance)])]);
        var terms = graph.Node("Mul", [graph.Node("Pow", [counts, graph.Constant("own.power", (float)fusion.Power)]), graph.Constant("own.weight", (float)fusion.Weight)]);
        return graph.Node("ScatterElements", [scores, items, graph.Node("Mul", [terms, deviation])], ("axis", 1L), ("reduction", "add"));
    }

    /// <summary>The padding, whatever the list says, and what stands in it.</summary>
    private static string Forbid(GraphBuilder graph, string scores, string forbidden)
    {
        var all = graph.Node("Pad", [forbidden, graph.Constant("forbidden.padding", new long[] { 0, 1, 0, 0 })]); // (batch, forbidden + 1)
        var never = graph.Node("Expand", [graph.Constant("forbidden.never", float.NegativeInfinity), graph.Node("Shape", [all])]);
        return graph.Node("ScatterElements", [scores, all, never], ("axis", 1L));
    }
}
