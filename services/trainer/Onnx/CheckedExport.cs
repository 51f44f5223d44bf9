using Google.Protobuf;
using ModelOps.Features;
using ModelOps.Trainer.Architectures;

namespace ModelOps.Trainer.Onnx;

/// <summary>An export that is held against the model before anything is done with it.</summary>
public static class CheckedExport
{
    /// <summary>Writes the graph of <paramref name="model"/> to <paramref name="path"/>.</summary>
    /// <param name="histories">Encoded histories to compare on, one after the other.</param>
    /// <returns>The largest difference of a score; see <see cref="ParityCheck.Verify"/>.</returns>
    /// <exception cref="ParityException">The graph answers otherwise than the model.</exception>
    public static double Write(IRecommender model, string name, FrequencyFusion? fusion, long[] histories, string path)
    {
        File.WriteAllBytes(path, RecommenderGraph.Of(model, name, fusion).Build().ToByteArray());
        return ParityCheck.Verify(model, path, histories, fusion);
    }
}
