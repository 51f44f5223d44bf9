using ModelOps.Features;
using ModelOps.Trainer.Architectures;
using ModelOps.Trainer.Onnx;
using ElementType = ModelOps.Trainer.Onnx.Format.TensorProto.Types.DataType;

namespace ModelOps.Bench.Answer;

/// <summary>The package's graph with what is forbidden as a mask over all items instead of a list.</summary>
internal static class MaskedGraph
{
    public const string Mask = "mask";

    public static GraphBuilder Of(IRecommender model)
    {
        var graph = new GraphBuilder("masked");
        var history = graph.Input(PackageGraph.History, ElementType.Int64, "batch", model.Length);
        var mask = graph.Input(Mask, ElementType.Bool, "batch", model.Items + 1);
        var count = graph.Input(PackageGraph.Count, ElementType.Int64, 1);
        var scores = graph.Node("Where", [mask, graph.Constant("never", float.NegativeInfinity), model.Export(graph, history)]);
        var (best, items) = graph.TopK(scores, count);
        graph.Output(PackageGraph.Items, items, ElementType.Int64, "batch", "count");
        graph.Output(PackageGraph.Scores, best, ElementType.Float, "batch", "count");
        return graph;
    }
}
