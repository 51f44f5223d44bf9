using ModelOps.Features.Retrieval;
using ModelOps.Trainer.Architectures;
using ModelOps.Trainer.Onnx;
using TorchSharp;
using static TorchSharp.torch;
using ElementType = ModelOps.Trainer.Onnx.Format.TensorProto.Types.DataType;

namespace ModelOps.Trainer.Retrieval;

/// <summary>A model whose scores are products of a history's vector with the items': a network, and popularity as one dimension more.</summary>
internal sealed class ProductModel
{
    private readonly SequenceNetwork network;
    private readonly float weight, popularityWeight;
    private readonly Popularity? popularity;

    private ProductModel(SequenceNetwork network, double weight, Popularity? popularity, double popularityWeight) =>
        (this.network, this.weight, this.popularity, this.popularityWeight) = (network, (float)weight, popularity, (float)popularityWeight);

    /// <summary>Null where a part counts neighbours: its scores are no products.</summary>
    public static ProductModel? Of(IRecommender model)
    {
        if (model is not RankFusion fusion || fusion.Parts.Any(part => part.Model is not (SequenceNetwork or Popularity)))
            return null;
        var popular = fusion.Parts.SingleOrDefault(part => part.Model is Popularity);
        return fusion.Parts.SingleOrDefault(part => part.Model is SequenceNetwork) is { } network
            ? new ProductModel((SequenceNetwork)network.Model, network.Weight, (Popularity?)popular?.Model, popular?.Weight ?? 0)
            : null;
    }

    public int Length => network.Length;

    /// <summary>Of a vector, filled up with zeros to what the codes take together.</summary>
    public int Dimensions => (Own + (popularity is null ? 0 : 1) + CodeBlocks.Together - 1) / CodeBlocks.Together * CodeBlocks.Together;

    private int Own => network.Config.Dimensions;

    /// <summary>(items + 1, <see cref="Dimensions"/>)</summary>
    public float[] Vectors()
    {
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        var all = zeros(network.Items + 1, Dimensions);
        all[.., ..Own] = network.Table().cpu();
        if (popularity is not null)
            all[.., Own] = tensor(popularity.Row.ToArray());
        all[0].zero_();
        return all.data<float>().ToArray();
    }

    /// <summary>See <see cref="UserGraph"/>.</summary>
    public GraphBuilder Graph(string name)
    {
        var graph = new GraphBuilder(name);
        var history = graph.Input(UserGraph.History, ElementType.Int64, "batch", Length);
        var vectors = graph.Input(UserGraph.Vectors, ElementType.Float, "rows", Dimensions);
        var table = Dimensions == Own ? vectors : graph.Node("Slice", [vectors, graph.Constant("own.from", 0L), graph.Constant("own.to", Own), graph.Constant("axis1", 1L)]);
        var user = graph.Node("Mul", [network.ExportVector(graph, history, table), graph.Constant("own.weight", weight)]); // (batch, dim)
        if (Dimensions > Own)
        {
            var rest = new float[Dimensions - Own];
            rest[0] = popularityWeight;
            user = graph.Node("Concat", [user, graph.Node("Add", [graph.Zeros(history, rest.Length), graph.Constant("rest", rest)])], ("axis", 1L));
        }
        graph.Output(UserGraph.Vector, user, ElementType.Float, "batch", Dimensions);
        return graph;
    }
}
