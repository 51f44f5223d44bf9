// Devlin, Chang, Lee, Toutanova: BERT. NAACL 2019, https://arxiv.org/abs/1810.04805, made to look back only, as S3-Rec (CIKM 2020),
// ICLRec (WWW 2022) and their relatives train it: https://github.com/salesforce/ICLRec, modules.py and models.py. Its weights come
// from a checkpoint.
using ModelOps.Trainer.Onnx;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ModelOps.Trainer.Architectures;

/// <param name="Items">Without the padding.</param>
/// <param name="Length">Columns of the input, and positions.</param>
/// <param name="Inner">Dimensions inside the feed-forward layer.</param>
/// <param name="Activation">There; see <see cref="BertRecommender.Activations"/>.</param>
/// <param name="Epsilon">Of the layer normalisations.</param>
public sealed record BertConfig(int Items, int Length, int Dimensions, int Blocks, int Heads, int Inner, string Activation, float Epsilon)
{
    internal NetworkConfig Network => new(Items, Length, Dimensions, Blocks, Heads, Dropout: 0);

    /// <summary>Every weight: the network's name of it, the part and the block that it belongs to, its shape.</summary>
    public IEnumerable<(string Name, string Part, int? Block, long[] Shape)> Weights()
    {
        yield return ("items.weight", "items", null, [Items + 1, Dimensions]);
        yield return ("positions", "positions", null, [Length, Dimensions]);
        yield return ("norm.weight", "norm.weight", null, [Dimensions]);
        yield return ("norm.bias", "norm.bias", null, [Dimensions]);
        (string Layer, long[] Weight)[] layers =
        [
            ("query", [Dimensions, Dimensions]), ("key", [Dimensions, Dimensions]), ("value", [Dimensions, Dimensions]), ("output", [Dimensions, Dimensions]),
            ("attentionNorm", [Dimensions]), ("widen", [Inner, Dimensions]), ("narrow", [Dimensions, Inner]), ("forwardNorm", [Dimensions]),
        ];
        for (var block = 0; block < Blocks; block++)
        {
            foreach (var (layer, shape) in layers)
            {
                yield return ($"blocks.{block}.{layer}.weight", $"{layer}.weight", block, shape);
                yield return ($"blocks.{block}.{layer}.bias", $"{layer}.bias", block, [shape[0]]);
            }
        }
    }
}

/// <summary>
/// A BERT-style encoder, layer normalisation after each sub-layer. Its authors add −10,000 where a position must not see; here it is
/// −1e9, and padding sees itself: for a history with an item both give the same, and without one this is defined.
/// </summary>
public sealed class BertRecommender : SequenceNetwork
{
    private readonly BertConfig config;
    private readonly Parameter positions;
    private readonly LayerNorm norm;
    private readonly ModuleList<Block> blocks;

    public BertRecommender(BertConfig config) : base(nameof(BertRecommender), (config ?? throw new ArgumentNullException(nameof(config))).Network)
    {
        if (!Activations.Contains(config.Activation))
            throw new ArgumentException($"There is no activation '{config.Activation}', only {string.Join(", ", Activations)}.", nameof(config));
        this.config = config;
        positions = new Parameter(zeros(config.Length, config.Dimensions));
        norm = nn.LayerNorm(config.Dimensions, eps: config.Epsilon);
        blocks = nn.ModuleList(Enumerable.Range(0, config.Blocks).Select(_ => new Block(config)).ToArray());
        RegisterComponents();
    }

    /// <summary><c>gelu</c> is the exact one, by erf.</summary>
    public static IReadOnlyList<string> Activations { get; } = ["gelu", "relu", "swish"];

    public override Tensor forward(Tensor input) // (batch, time)
    {
        using var scope = NewDisposeScope();
        var time = input.shape[1];
        var x = norm.forward(ItemEmbedding.forward(input) + positions.slice(0, Length - time, Length, 1)); // (batch, time, dim)
        var mask = Mask(input); // (batch, 1, time, time)
        foreach (var block in blocks)
            x = block.forward(x, mask);
        return x.MoveToOuterDisposeScope(); // (batch, time, dim)
    }

    protected override string ExportLast(GraphBuilder graph, string history, string table)
    {
        var x = graph.Node("Add", [graph.Node("Gather", [table, history], ("axis", 0L)), graph.Weight("positions", positions)]);
        x = Layers.Norm(graph, "norm", norm, x, config.Epsilon); // (batch, time, dim)
        x = ExportBlocks(graph, history, x, blocks.Count, (b, input, mask, onlyLast) => blocks[b].Export(graph, $"block{b}.", input, mask, onlyLast));
        return graph.Node("Squeeze", [x, graph.Constant("axis1", 1L)]); // (batch, dim)
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            positions.Dispose();
            norm.Dispose();
            blocks.Dispose();
        }
        base.Dispose(disposing);
    }

    /// <summary>Attention over the history, then a feed-forward layer at each position; each is added to what came in, and the sum normalised.</summary>
    private sealed class Block : nn.Module<Tensor, Tensor, Tensor>
    {
        private readonly BertConfig config;
        private readonly Linear query;
        private readonly Linear key;
        private readonly Linear value;
        private readonly Linear output;
        private readonly LayerNorm attentionNorm;
        private readonly Linear widen;
        private readonly Linear narrow;
        private readonly LayerNorm forwardNorm;

        public Block(BertConfig config) : base(nameof(Block))
        {
            this.config = config;
            Linear Square() => nn.Linear(config.Dimensions, config.Dimensions);
            (query, key, value, output) = (Square(), Square(), Square(), Square());
            (widen, narrow) = (nn.Linear(config.Dimensions, config.Inner), nn.Linear(config.Inner, config.Dimensions));
            (attentionNorm, forwardNorm) = (nn.LayerNorm(config.Dimensions, eps: config.Epsilon), nn.LayerNorm(config.Dimensions, eps: config.Epsilon));
            RegisterComponents();
        }

        public override Tensor forward(Tensor x, Tensor mask) // (batch, time, dim), (batch, 1, time, time)
        {
            using var scope = NewDisposeScope();
            var attended = Layers.Attend(query.forward(x), key.forward(x), value.forward(x), mask, config.Heads, dropout: 0);
            x = attentionNorm.forward(x.Plus(output.forward(attended)));
            return forwardNorm.forward(x.Plus(narrow.forward(Activate(widen.forward(x))))).MoveToOuterDisposeScope();
        }

        public string Export(GraphBuilder graph, string name, string x, string mask, bool onlyLast)
        {
            var asking = onlyLast ? graph.Last(x, 1) : x; // time of the query is 1
            var attended = Layers.Attend(
                graph, Layers.Dense(graph, name + "query", query, asking), Layers.Dense(graph, name + "key", key, x), Layers.Dense(graph, name + "value", value, x), mask, config.Heads);
            x = graph.Node("Add", [asking, Layers.Dense(graph, name + "output", output, attended)]);
            x = Layers.Norm(graph, name + "attentionNorm", attentionNorm, x, config.Epsilon);
            var hidden = Activate(graph, Layers.Dense(graph, name + "widen", widen, x));
            x = graph.Node("Add", [x, Layers.Dense(graph, name + "narrow", narrow, hidden)]);
            return Layers.Norm(graph, name + "forwardNorm", forwardNorm, x, config.Epsilon);
        }

        private Tensor Activate(Tensor x) => config.Activation switch
        {
            "gelu" => nn.functional.gelu(x),
            "relu" => nn.functional.relu(x),
            _ => nn.functional.silu(x),
        };

        private string Activate(GraphBuilder graph, string x) => config.Activation switch
        {
            "gelu" => graph.Node("Gelu", [x]),
            "relu" => graph.Node("Relu", [x]),
            _ => Layers.Silu(graph, x),
        };

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                foreach (var layer in new nn.Module[] { query, key, value, output, attentionNorm, widen, narrow, forwardNorm })
                    layer.Dispose();
            }
            base.Dispose(disposing);
        }
    }
}
