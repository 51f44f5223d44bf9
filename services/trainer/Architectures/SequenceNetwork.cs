using ModelOps.Features;
using ModelOps.Trainer.Onnx;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ModelOps.Trainer.Architectures;

/// <param name="Items">Without the padding.</param>
/// <param name="Length">Columns of the input, and positions.</param>
public sealed record NetworkConfig(int Items, int Length, int Dimensions, int Blocks, int Heads, double Dropout)
{
    /// <summary>Items that somebody chose, which come first. The others have no vector of their own, only their features'.</summary>
    public int Chosen { get; init; } = Items;

    /// <summary>Join an item's own vector.</summary>
    public ItemFeatures? Features { get; init; }

    /// <summary>By block: the heads that it has, where some were taken out; null where each has <see cref="Heads"/>.</summary>
    public IReadOnlyList<int>? HeadsLeft { get; init; }

    /// <summary>Dimensions of a head, whether or not others were taken out.</summary>
    public int HeadSize => Dimensions / Heads;

    /// <summary>By block: how many heads it has.</summary>
    public IReadOnlyList<int> HeadsByBlock => HeadsLeft ?? [.. Enumerable.Repeat(Heads, Blocks)];
}

/// <summary>
/// A network that turns a history into a vector at each position; an item's score is that vector's product with the item's, the
/// same that the network reads (tied): the item's own and, where the catalogue says something of it, its features'; where it has a
/// picture, also that one's vector, projected. Item 0 is the padding.
/// </summary>
public abstract class SequenceNetwork : nn.Module<Tensor, Tensor>, IRecommender
{
    protected const float Forbidden = -1e9f;

    /// <summary>Of vectors at the start.</summary>
    protected const double Spread = 0.02;

    private const float Tiny = 1e-12f;
    private const string FeatureIds = "feature_ids";
    private const string FeatureScale = "feature_scale";
    private const string PictureVectors = "picture_vectors";

    /// <summary>The name of the weights that project pictures.</summary>
    internal const string PictureProjection = "pictures";

    private readonly Embedding? featureEmbedding;
    private readonly Parameter? pictureProjection; // (dim, dimensions of pictures)

    protected SequenceNetwork(string name, NetworkConfig config) : base(name)
    {
        ArgumentNullException.ThrowIfNull(config);
        if (config.Dimensions % config.Heads != 0)
            throw new ArgumentException($"{config.Dimensions} dimensions cannot be shared among {config.Heads} heads.", nameof(config));
        Config = config;
        ItemEmbedding = nn.Embedding(config.Items + 1, config.Dimensions, padding_idx: 0);
        register_module("items", ItemEmbedding);
        using var untracked = no_grad();
        ItemEmbedding.weight!.normal_(0, Spread);
        ItemEmbedding.weight![0].zero_();
        ItemEmbedding.weight!.slice(0, config.Chosen + 1, config.Items + 1, 1).zero_();
        if (config.Features is not { } features)
            return;
        featureEmbedding = nn.Embedding(features.Count + 1, config.Dimensions, padding_idx: 0);
        register_module("features", featureEmbedding);
        featureEmbedding.weight!.normal_(0, Spread);
        featureEmbedding.weight![0].zero_();
        var ids = tensor(features.Ids, config.Items + 1, features.Width);
        register_buffer(FeatureIds, ids);
        register_buffer(FeatureScale, ids.ne(Scalars.Whole(0)).sum(1, keepdim: true).clamp_min(Scalars.Whole(1)).to_type(ScalarType.Float32).rsqrt()); // (items + 1, 1)
        if (features.Pictures is not { } pictures)
            return;
        register_buffer(PictureVectors, tensor(pictures.Vectors, config.Items + 1, pictures.Dimensions));
        pictureProjection = new Parameter(zeros(config.Dimensions, pictures.Dimensions));
        pictureProjection.normal_(0, Spread);
        register_parameter(PictureProjection, pictureProjection);
    }

    public int Items => Config.Items;

    public int Length => Config.Length;

    /// <summary>The vectors of <paramref name="items"/>: (…) → (…, dim).</summary>
    public Tensor Vectors(Tensor items)
    {
        ArgumentNullException.ThrowIfNull(items);
        using var scope = NewDisposeScope();
        var said = Said(items);
        if (pictureProjection is null)
            return said.MoveToOuterDisposeScope();
        var seen = nn.functional.linear(get_buffer(PictureVectors)!.index_select(0, items.reshape(-1)), pictureProjection); // (items, dim)
        return said.Plus(seen.view([.. items.shape, Config.Dimensions])).MoveToOuterDisposeScope();
    }

    /// <summary>The items' own vectors with those of what the catalogue says of them: (…) → (…, dim).</summary>
    private Tensor Said(Tensor items)
    {
        using var scope = NewDisposeScope();
        if (Spans.CanRead(ItemEmbedding.weight!) && (featureEmbedding is null || Spans.CanRead(featureEmbedding.weight!)))
            return ItemVectors.Of(ItemEmbedding.weight!, featureEmbedding?.weight, Config.Features, items.data<long>().ToArray()).view([.. items.shape, Config.Dimensions]).MoveToOuterDisposeScope();
        if (featureEmbedding is null)
            return ItemEmbedding.forward(items).MoveToOuterDisposeScope();
        var flat = items.reshape(-1);
        var features = featureEmbedding.forward(get_buffer(FeatureIds)!.index_select(0, flat)).sum(1); // (items, dim)
        features = features * get_buffer(FeatureScale)!.index_select(0, flat);
        return ItemEmbedding.forward(items).Plus(features.view([.. items.shape, Config.Dimensions])).MoveToOuterDisposeScope();
    }

    /// <summary>The tied table: rows are inputs and outputs, row 0 the padding's.</summary>
    public Tensor ItemTable() => featureEmbedding is null ? ItemEmbedding.weight!.alias() : Vectors(arange(Scalars.Whole(Items + 1), ScalarType.Int64, ItemEmbedding.weight!.device)); // (items + 1, dim)

    public NetworkConfig Config { get; }

    /// <summary>What of a block belongs to its heads, by the parameter's name within the block, and the axis along which the heads lie; empty where heads cannot be taken out.</summary>
    public virtual IReadOnlyDictionary<string, int> ByHead => new Dictionary<string, int>();

    protected Embedding ItemEmbedding { get; }

    /// <param name="input">Left-padded with 0; may have fewer columns than the configured length, which only drops padding.</param>
    public abstract override Tensor forward(Tensor input); // (batch, time) → (batch, time, dim)

    /// <summary>The scores of every item as the next one, in standard deviations of the row; the padding's is −1e9.</summary>
    public Tensor Score(Tensor input) // (batch, time) → (batch, items + 1)
    {
        using var scope = NewDisposeScope();
        var last = forward(input).select(1, -1); // (batch, dim)
        var table = ItemTable();
        var spread = last.mm(Covariance(table)).mul(last).sum(1, keepdim: true).clamp_min(Scalars.Of(Tiny)).sqrt(); // (batch, 1)
        var scores = nn.functional.linear(last / spread, table);
        scores.index_fill_(1, zeros(1, ScalarType.Int64, scores.device), Scalars.Of(Forbidden));
        return scores.MoveToOuterDisposeScope();
    }

    public void Score(ReadOnlySpan<long> histories, Span<float> scores)
    {
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        eval();
        var rows = histories.Length / Length;
        Score(tensor(histories.ToArray(), rows, Length).to(ItemEmbedding.weight!.device)).cpu().data<float>().CopyTo(scores);
    }

    public string Export(GraphBuilder graph, string history)
    {
        ArgumentNullException.ThrowIfNull(graph);
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        var table = graph.Weight("items.vectors", Table()); // (items + 1, dim)
        return graph.Node("Gemm", [ExportVector(graph, history, table), table], ("transB", 1L)); // (batch, items + 1)
    }

    /// <summary>The items' vectors as the graph has them: a score is one's product with that of <see cref="ExportVector"/>.</summary>
    internal Tensor Table() => ItemTable().mul(Scalars.Of(ReadingScale)); // (items + 1, dim)

    /// <summary>Adds the history's vector, (batch, dim), over the spread of its scores.</summary>
    /// <param name="table">The name of <see cref="Table"/>, or of those of its rows that <paramref name="history"/> then numbers.</param>
    internal string ExportVector(GraphBuilder graph, string history, string table)
    {
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        var last = ExportLast(graph, history, table); // (batch, dim)
        // The table is longer by the scale, and so is its spread: scores stay what they are.
        var spread = graph.Node("ReduceL2", [graph.Node("MatMul", [last, graph.Weight("items.spread", Root(Covariance(Table())))]), graph.Constant("axis1", 1L)], ("keepdims", 1L)); // (batch, 1)
        spread = graph.Node("Max", [spread, graph.Constant("tiny", ReadingScale * MathF.Sqrt(Tiny))]);
        return graph.Node("Div", [last, spread]);
    }

    /// <summary>What a network multiplies an item's vector with when it reads one.</summary>
    protected virtual float ReadingScale => 1;

    /// <summary>The vector at the last position, (batch, dim).</summary>
    /// <param name="table">The name of the tied table, times <see cref="ReadingScale"/>.</param>
    protected abstract string ExportLast(GraphBuilder graph, string history, string table);

    /// <summary>A position sees itself and the items before it, not the padding; itself always, so that no row of the softmax is empty.</summary>
    protected static Tensor Mask(Tensor input) // (batch, time) → (batch, 1, time, time)
    {
        var time = input.shape[1];
        var causal = ones(time, time, ScalarType.Bool, input.device).tril(); // (time, time)
        var self = eye(time, time, ScalarType.Bool, input.device);
        var item = input.ne(Scalars.Whole(0)).unsqueeze(1).unsqueeze(1); // (batch, 1, 1, time)
        var sees = item.logical_or(self).logical_and(causal);
        return zeros_like(sees, ScalarType.Float32).masked_fill_(sees.logical_not(), Scalars.Of(Forbidden));
    }

    /// <summary>Blocks one after the other. Only the last position is scored, so the last block need ask for it alone.</summary>
    /// <param name="block">Adds a block: its number, what it reads, its mask, and whether only the last position asks.</param>
    protected string ExportBlocks(GraphBuilder graph, string history, string x, int blocks, Func<int, string, string, bool, string> block)
    {
        ArgumentNullException.ThrowIfNull(block);
        if (blocks > 1)
        {
            var mask = ExportMask(graph, history, onlyLast: false);
            for (var b = 0; b < blocks - 1; b++)
                x = block(b, x, mask, false);
        }
        return block(blocks - 1, x, ExportMask(graph, history, onlyLast: true), true);
    }

    /// <summary>The same as <see cref="Mask"/> in a graph, or its last row.</summary>
    private string ExportMask(GraphBuilder graph, string history, bool onlyLast)
    {
        var item = graph.Node("Greater", [history, graph.Constant("none", 0L)]);
        item = graph.Node("Unsqueeze", [item, graph.Constant("axes12", new long[] { 1, 2 })]); // (batch, 1, 1, time)
        var sees = onlyLast ? graph.Node("Or", [item, graph.Constant("mask.lastSelf", [.. new bool[Length - 1], true], 1, 1, 1, Length)]) : ExportCausal(graph, item);
        return graph.Node("Where", [sees, graph.Constant("zero", 0f), graph.Constant("mask.never", Forbidden)]);
    }

    private string ExportCausal(GraphBuilder graph, string item)
    {
        var (causal, self) = (new bool[Length * Length], new bool[Length * Length]);
        for (var row = 0; row < Length; row++)
        {
            causal.AsSpan(row * Length, row + 1).Fill(true);
            self[row * Length + row] = true;
        }
        var sees = graph.Node("Or", [item, graph.Constant("mask.self", self, 1, 1, Length, Length)]);
        return graph.Node("And", [sees, graph.Constant("mask.causal", causal, 1, 1, Length, Length)]); // (batch, 1, time, time)
    }

    /// <summary>How the items' vectors spread around their mean: a row of scores has the deviation √(h·C·h).</summary>
    private Tensor Covariance(Tensor table) // (items + 1, dim) → (dim, dim)
    {
        using var scope = NewDisposeScope();
        var vectors = table.slice(0, 1, Items + 1, 1);
        var centred = vectors - vectors.mean([0], keepdim: true);
        return centred.t().mm(centred).div(Scalars.Of(Items)).MoveToOuterDisposeScope();
    }

    /// <summary>R with R·Rᵀ the given matrix: √(h·C·h) is then the length of h·R.</summary>
    private static Tensor Root(Tensor symmetric) // (dim, dim) → (dim, dim)
    {
        using var scope = NewDisposeScope();
        var (values, vectors) = linalg.eigh(symmetric.to_type(ScalarType.Float64).cpu());
        return (vectors * values.clamp_min(Scalars.Of(0)).sqrt()).MoveToOuterDisposeScope();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            ItemEmbedding.Dispose();
            featureEmbedding?.Dispose();
        }
        base.Dispose(disposing);
    }
}
