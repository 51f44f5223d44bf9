using System.Numerics.Tensors;
using ModelOps.Trainer.Onnx;

namespace ModelOps.Trainer.Architectures;

/// <summary>A model in a fusion.</summary>
/// <param name="Weight">What its scores are multiplied by.</param>
public sealed record FusionPart(string Name, IRecommender Model, double Weight);

/// <summary>Several models whose scores are added: what one does not know another may.</summary>
public sealed class RankFusion(IReadOnlyList<FusionPart> parts) : IRecommender
{
    private readonly FusionPart[] parts = [.. parts.Where(part => part.Weight != 0)];
    private readonly int columns = parts.Count > 0 ? parts[0].Model.Items + 1 : throw new ArgumentException("A fusion has at least one part.", nameof(parts));

    /// <summary>Those that weigh something.</summary>
    internal IReadOnlyList<FusionPart> Parts => parts;

    public int Items => columns - 1;

    public int Length => parts[0].Model.Length;

    public void Score(ReadOnlySpan<long> histories, Span<float> scores)
    {
        scores.Clear();
        var one = new float[scores.Length];
        foreach (var part in parts)
        {
            part.Model.Score(histories, one);
            TensorPrimitives.MultiplyAdd(one, (float)part.Weight, scores, scores);
        }
    }

    public string Export(GraphBuilder graph, string history)
    {
        ArgumentNullException.ThrowIfNull(graph);
        return parts.Select(part => graph.Node("Mul", [part.Model.Export(graph, history), graph.Constant($"weight.{part.Name}", (float)part.Weight)]))
            .Aggregate((sum, next) => graph.Node("Add", [sum, next]));
    }

    /// <summary>The parts belong to whoever made them.</summary>
    public void Dispose()
    {
    }
}
