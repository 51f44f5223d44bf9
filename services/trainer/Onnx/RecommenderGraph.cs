using ModelOps.Features;
using ModelOps.Trainer.Architectures;
using ElementType = ModelOps.Trainer.Onnx.Format.TensorProto.Types.DataType;

namespace ModelOps.Trainer.Onnx;

/// <summary>The graph of a recommender's package: a history in, scores of every item out, any batch.</summary>
public static class RecommenderGraph
{
    public static GraphBuilder Of(IRecommender model, string name)
    {
        ArgumentNullException.ThrowIfNull(model);
        var graph = new GraphBuilder(name);
        var history = graph.Input(PackageFiles.HistoryInput, ElementType.Int64, "batch", model.Length);
        graph.Output(PackageFiles.ScoresOutput, model.Export(graph, history), ElementType.Float, "batch", model.Items + 1);
        return graph;
    }
}
