using ModelOps.Features.Text;
using ModelOps.Trainer.Onnx;
using TorchSharp;
using static TorchSharp.torch;
using ElementType = ModelOps.Trainer.Onnx.Format.TensorProto.Types.DataType;

namespace ModelOps.Trainer.Texts;

/// <summary>An encoder with its head: what is fine-tuned and exported.</summary>
public sealed class TextModel(Bert network, TextHead head, bool takesPairs) : IDisposable
{
    public Bert Network => network;

    public TextHead Head => head;

    /// <summary>(batch, dim) of length 1, or (batch, labels).</summary>
    public Tensor Forward(TextTensors batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        using var scope = NewDisposeScope();
        return head.Of(network.Hidden(batch), batch.Mask).MoveToOuterDisposeScope();
    }

    public void Train(bool isTraining)
    {
        network.train(isTraining);
        head.train(isTraining);
    }

    /// <summary>The graph of a package, by the names of <see cref="TextGraph"/>; pooling is inside.</summary>
    public GraphBuilder Export(string name)
    {
        var graph = new GraphBuilder(name);
        var ids = graph.Input(TextGraph.Ids, ElementType.Int64, "batch", "time");
        var mask = graph.Input(TextGraph.Mask, ElementType.Int64, "batch", "time");
        var segments = takesPairs && network.Config.Segments > 1 ? graph.Input(TextGraph.Segments, ElementType.Int64, "batch", "time") : null;
        var output = head.Export(graph, network.Export(graph, ids, mask, segments), mask);
        graph.Output(head.Labels == 0 ? TextGraph.Vectors : TextGraph.Scores, output, ElementType.Float, "batch", head.Labels == 0 ? network.Config.Dimensions : head.Labels);
        return graph;
    }

    public void Dispose()
    {
        network.Dispose();
        head.Dispose();
    }
}
