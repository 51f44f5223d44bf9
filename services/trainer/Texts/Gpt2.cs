// Radford, Wu, Child, Luan, Amodei, Sutskever: Language Models are Unsupervised Multitask Learners. 2019 (GPT-2)
using ModelOps.Features.Text;
using ModelOps.Trainer.Architectures;
using ModelOps.Trainer.Onnx;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using ElementType = ModelOps.Trainer.Onnx.Format.TensorProto.Types.DataType;

namespace ModelOps.Trainer.Texts;

/// <summary>
/// A decoder: each token sees those before it, and foretells the next. Parameters have the names that published checkpoints have,
/// without the prefix <c>transformer.</c>; those store the dense layers' weights the other way round, which
/// <see cref="TextCheckpoint"/> turns.
/// </summary>
public sealed class Gpt2 : nn.Module, ITextNetwork
{
    private const double Spread = 0.02;

    private readonly Embedding wte, wpe;
    private readonly ModuleList<Block> h;
    private readonly LayerNorm ln_f;

    public Gpt2(TextConfig config) : base(nameof(Gpt2))
    {
        ArgumentNullException.ThrowIfNull(config);
        Config = config;
        (wte, wpe) = (nn.Embedding(config.Vocabulary, config.Dimensions), nn.Embedding(config.MaxTokens, config.Dimensions));
        h = nn.ModuleList(Enumerable.Range(0, config.Layers).Select(_ => new Block(config)).ToArray());
        ln_f = nn.LayerNorm(config.Dimensions, eps: config.Epsilon);
        RegisterComponents();
        using var untracked = no_grad();
        foreach (var (name, parameter) in named_parameters())
        {
            if (parameter.shape.Length == 2)
                parameter.normal_(0, name.EndsWith("c_proj.weight", StringComparison.Ordinal) ? Spread / Math.Sqrt(2 * config.Layers) : Spread);
            else if (name.EndsWith(".bias", StringComparison.Ordinal))
                parameter.zero_();
        }
    }

    public TextConfig Config { get; }

    public nn.Module Module => this;

    public Tensor Words => wte.weight!;

    public Tensor Hidden(TextTensors batch) // padding is on the right, where nobody looks
    {
        ArgumentNullException.ThrowIfNull(batch);
        using var scope = NewDisposeScope();
        var x = wte.forward(batch.Ids).Plus(wpe.weight!.slice(0, 0, batch.Ids.shape[1], 1));
        x = Dropping.Drop(x, Config.Dropout, training);
        foreach (var block in h)
            x = block.forward(x);
        return ln_f.forward(x).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// What foretells token by token: <c>input_ids</c> and <c>position_ids</c> (batch, time), <c>attention_mask</c> (batch, past + time),
    /// 0 for padding, and of each layer <c>past_key_values.N.key</c> and <c>.value</c> (batch, heads, past, head); out come
    /// <c>logits</c> (batch, time, vocabulary) and <c>present.N.key</c> and <c>.value</c>, which are the next call's past.
    /// </summary>
    public GraphBuilder Export()
    {
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        var (graph, head) = (new GraphBuilder("gpt2"), Config.Dimensions / Config.Heads);
        var ids = graph.Input(TextGraph.Ids, ElementType.Int64, "batch", "time");
        var places = graph.Input(TextGraph.Positions, ElementType.Int64, "batch", "time");
        var mask = ExportMask(graph, ids, graph.Input(TextGraph.Mask, ElementType.Int64, "batch", "total"));
        var words = graph.Weight("wte", wte.weight!);
        var x = graph.Node("Add", [graph.Node("Gather", [words, ids], ("axis", 0L)), graph.Node("Gather", [graph.Weight("wpe", wpe.weight!), places], ("axis", 0L))]);
        for (var layer = 0; layer < h.Count; layer++)
        {
            var past = TextGraph.Parts.Select(what => graph.Input(TextGraph.Past(layer, what), ElementType.Float, "batch", Config.Heads, "past", head)).ToArray();
            (x, var present) = h[layer].Export(graph, $"h{layer}.", x, mask, past);
            foreach (var (what, value) in TextGraph.Parts.Zip(present))
                graph.Output(TextGraph.Present(layer, what), value, ElementType.Float, "batch", Config.Heads, "total", head);
        }
        x = Layers.Norm(graph, "ln_f", ln_f, x, Config.Epsilon);
        graph.Output(TextGraph.Scores, graph.Node("MatMul", [x, graph.Weight("wte.transposed", wte.weight!.t().contiguous())]), ElementType.Float, "batch", "time", Config.Vocabulary);
        return graph;
    }

    /// <summary>(batch, 1, time, total): a token sees what came before it and is no padding, and itself.</summary>
    private static string ExportMask(GraphBuilder graph, string ids, string mask)
    {
        var (time, total) = (graph.Node("Shape", [ids], ("start", 1L), ("end", 2L)), graph.Node("Shape", [mask], ("start", 1L), ("end", 2L)));
        string Scalar(string value) => graph.Node("Squeeze", [value]);
        var (zero, one) = (Scalar(graph.Constant("from", 0L)), Scalar(graph.Constant("by", 1L)));
        var columns = graph.Node("Range", [zero, Scalar(total), one]); // (total)
        var rows = graph.Node("Range", [Scalar(graph.Node("Sub", [total, time])), Scalar(total), one]); // (time)
        var isBefore = graph.Node("LessOrEqual", [columns, graph.Node("Unsqueeze", [rows, graph.Constant("axis1", 1L)])]); // (time, total)
        var isSelf = graph.Node("Equal", [columns, graph.Node("Unsqueeze", [rows, graph.Constant("axis1", 1L)])]);
        var isToken = graph.Node("Unsqueeze", [graph.Node("Greater", [mask, graph.Constant("none", 0L)]), graph.Constant("axes12", [1L, 2L])]); // (batch, 1, 1, total)
        var sees = graph.Node("And", [graph.Node("Or", [isToken, isSelf]), isBefore]);
        return graph.Node("Where", [sees, graph.Constant("zero", 0f), graph.Constant("never", TextLayers.Never)]);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            foreach (var part in new nn.Module[] { wte, wpe, h, ln_f })
                part.Dispose();
        }
        base.Dispose(disposing);
    }

    /// <summary>Attention backwards, then a feed-forward layer; each reads what was normalised and is added to what was not.</summary>
    private sealed class Block : nn.Module<Tensor, Tensor>
    {
        private readonly TextConfig config;
        private readonly LayerNorm ln_1, ln_2;
        private readonly Linear together, output, widen, narrow;
        private readonly Part attn, mlp;

        public Block(TextConfig config) : base(nameof(Block))
        {
            this.config = config;
            (ln_1, ln_2) = (nn.LayerNorm(config.Dimensions, eps: config.Epsilon), nn.LayerNorm(config.Dimensions, eps: config.Epsilon));
            (together, output) = (nn.Linear(config.Dimensions, 3 * config.Dimensions), nn.Linear(config.Dimensions, config.Dimensions));
            (widen, narrow) = (nn.Linear(config.Dimensions, config.Inner), nn.Linear(config.Inner, config.Dimensions));
            attn = new Part(("c_attn", together), ("c_proj", output));
            mlp = new Part(("c_fc", widen), ("c_proj", narrow));
            foreach (var (name, part) in new (string, nn.Module)[] { (nameof(ln_1), ln_1), (nameof(attn), attn), (nameof(ln_2), ln_2), (nameof(mlp), mlp) })
                register_module(name, part);
        }

        public override Tensor forward(Tensor x) // (batch, time, dim)
        {
            using var scope = NewDisposeScope();
            var parts = together.Apply(ln_1.forward(x)).chunk(3, -1);
            var attended = TextLayers.Attend(parts[0], parts[1], parts[2], null, config.Heads, isCausal: true);
            x = x.Plus(Dropping.Drop(output.Apply(attended), config.Dropout, training));
            var hidden = narrow.Apply(TextLayers.Activate(config, widen.Apply(ln_2.forward(x))));
            return x.Plus(Dropping.Drop(hidden, config.Dropout, training)).MoveToOuterDisposeScope();
        }

        public (string X, string[] Present) Export(GraphBuilder graph, string name, string x, string mask, string[] past)
        {
            var parts = TextLayers.Together(graph, name + "attention", Layers.Norm(graph, name + "ln_1", ln_1, x, config.Epsilon), together);
            var size = (long)config.Dimensions;
            parts = graph.Nodes("Split", [parts[0], graph.Constant("thirds", [size, size, size])], 3, ("axis", -1L));
            var attended = graph.Nodes("Attention", [.. parts, mask, .. past], 3, ("q_num_heads", (long)config.Heads), ("kv_num_heads", (long)config.Heads));
            x = graph.Node("Add", [x, Layers.Dense(graph, name + "output", output, attended[0])]);
            var hidden = TextLayers.Activate(graph, config, Layers.Dense(graph, name + "widen", widen, Layers.Norm(graph, name + "ln_2", ln_2, x, config.Epsilon)));
            return (graph.Node("Add", [x, Layers.Dense(graph, name + "narrow", narrow, hidden)]), attended[1..]);
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                foreach (var part in new nn.Module[] { ln_1, ln_2, together, output, widen, narrow, attn, mlp })
                    part.Dispose();
            }
            base.Dispose(disposing);
        }
    }
}
