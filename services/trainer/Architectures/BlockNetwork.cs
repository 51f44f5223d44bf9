using ModelOps.Trainer.Onnx;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ModelOps.Trainer.Architectures;

/// <summary>A layer of a <see cref="BlockNetwork"/>, its forward beside its graph.</summary>
public abstract class NetworkBlock(string name) : nn.Module<Tensor, Tensor, Tensor>(name)
{
    /// <summary>See <see cref="SequenceNetwork.ByHead"/>: of a block whose attention has <c>query</c>, <c>key</c>, <c>value</c> and <c>output</c>.</summary>
    internal static IReadOnlyDictionary<string, int> AttentionByHead { get; } = new Dictionary<string, int>
    {
        ["query.weight"] = 0,
        ["query.bias"] = 0,
        ["key.weight"] = 0,
        ["key.bias"] = 0,
        ["value.weight"] = 0,
        ["value.bias"] = 0,
        ["output.weight"] = 1,
    };

    /// <param name="name">Of its weights in the graph.</param>
    /// <param name="onlyLast">Only the last position is asked for, as the mask says; time of what comes back is 1.</param>
    public abstract string Export(GraphBuilder graph, string name, string x, string mask, bool onlyLast);
}

/// <summary>Items and their places, blocks of one kind one after the other, and a normalisation: what SASRec and its relatives share.</summary>
public abstract class BlockNetwork : SequenceNetwork
{
    private const string Positions = "positions";
    private readonly float epsilon;
    private readonly ModuleList<NetworkBlock> blocks;
    private readonly LayerNorm norm;

    /// <param name="epsilon">Of the normalisation.</param>
    /// <param name="block">Makes a block with so many heads.</param>
    protected BlockNetwork(string name, NetworkConfig config, float epsilon, Func<NetworkConfig, int, NetworkBlock> block) : base(name, config)
    {
        ArgumentNullException.ThrowIfNull(config);
        this.epsilon = epsilon;
        blocks = nn.ModuleList(config.HeadsByBlock.Select(heads => block(config, heads)).ToArray());
        norm = nn.LayerNorm(config.Dimensions, eps: epsilon);
        register_module(nameof(blocks), blocks);
        register_module(nameof(norm), norm);
        using var untracked = no_grad();
        var positions = new Parameter(zeros(config.Length, config.Dimensions));
        positions.normal_(0, Spread);
        register_parameter(Positions, positions);
    }

    public override IReadOnlyDictionary<string, int> ByHead => NetworkBlock.AttentionByHead;

    protected override float ReadingScale => MathF.Sqrt(Config.Dimensions);

    public override Tensor forward(Tensor input) // (batch, time)
    {
        using var scope = NewDisposeScope();
        var time = input.shape[1];
        var places = get_parameter(Positions)!.slice(0, Length - time, Length, 1); // (time, dim)
        var x = Dropping.Drop(Vectors(input).mul(Scalars.Of(ReadingScale)).Plus(places), Config.Dropout, training); // (batch, time, dim)
        var mask = Mask(input); // (batch, 1, time, time)
        foreach (var block in blocks)
            x = block.forward(x, mask);
        return norm.forward(x).MoveToOuterDisposeScope(); // (batch, time, dim)
    }

    protected override string ExportLast(GraphBuilder graph, string history, string table)
    {
        var x = graph.Node("Gather", [table, history], ("axis", 0L)); // (batch, time, dim)
        x = graph.Node("Add", [x, graph.Weight(Positions, get_parameter(Positions)!)]);
        x = ExportBlocks(graph, history, x, blocks.Count, (b, input, mask, onlyLast) => blocks[b].Export(graph, $"block{b}.", input, mask, onlyLast));
        return graph.Node("Squeeze", [Layers.Norm(graph, "norm", norm, x, epsilon), graph.Constant("axis1", 1L)]); // (batch, dim)
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            blocks.Dispose();
            norm.Dispose();
        }
        base.Dispose(disposing);
    }
}
