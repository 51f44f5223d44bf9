// Zhai et al.: Actions Speak Louder than Words: Trillion-Parameter Sequential Transducers for Generative Recommendations. ICML 2024,
// https://arxiv.org/abs/2402.17152. With the relative bias by place; histories carry no times.
using ModelOps.Trainer.Onnx;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ModelOps.Trainer.Architectures;

/// <summary>Attention without a softmax, so that how often something occurs counts, gated by the position's own vector.</summary>
public sealed class Hstu : SequenceNetwork
{
    private const float Epsilon = 1e-6f;
    private readonly ModuleList<Block> blocks;
    private readonly LayerNorm norm;

    public Hstu(NetworkConfig config) : base(nameof(Hstu), config)
    {
        blocks = nn.ModuleList(config.HeadsByBlock.Select(heads => new Block(config, heads)).ToArray());
        norm = nn.LayerNorm(config.Dimensions, eps: Epsilon);
        RegisterComponents();
    }

    /// <summary>The gate and the normalisation of what was attended to lie along the heads too.</summary>
    public override IReadOnlyDictionary<string, int> ByHead { get; } = new Dictionary<string, int>(NetworkBlock.AttentionByHead)
    {
        ["gate.weight"] = 0,
        ["gate.bias"] = 0,
        ["outputNorm.weight"] = 0,
        ["outputNorm.bias"] = 0,
    };

    protected override float ReadingScale => MathF.Sqrt(Config.Dimensions);

    public override Tensor forward(Tensor input) // (batch, time)
    {
        using var scope = NewDisposeScope();
        var x = Dropping.Drop(Vectors(input).mul(Scalars.Of(ReadingScale)), Config.Dropout, training); // (batch, time, dim)
        var sees = Mask(input).eq(Scalars.Of(0)).to_type(ScalarType.Float32); // (batch, 1, time, time)
        foreach (var block in blocks)
            x = block.forward(x, sees);
        return norm.forward(x).MoveToOuterDisposeScope(); // (batch, time, dim)
    }

    protected override string ExportLast(GraphBuilder graph, string history, string table)
    {
        var x = graph.Node("Gather", [table, history], ("axis", 0L)); // (batch, time, dim)
        x = ExportBlocks(graph, history, x, blocks.Count, (b, input, mask, onlyLast) => blocks[b].Export(graph, $"block{b}.", input, mask, onlyLast));
        return graph.Node("Squeeze", [Layers.Norm(graph, "norm", norm, x, Epsilon), graph.Constant("axis1", 1L)]); // (batch, dim)
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

    /// <summary>x + output(norm(silu(q·k + bias) v) · u), where u, v, q and k are silu of one projection each of norm(x).</summary>
    private sealed class Block : nn.Module<Tensor, Tensor, Tensor>
    {
        private readonly int heads;
        private readonly int headSize;
        private readonly int length;
        private readonly double dropping;
        private readonly LayerNorm inputNorm;
        private readonly LayerNorm outputNorm;
        private readonly Linear gate;
        private readonly Linear value;
        private readonly Linear query;
        private readonly Linear key;
        private readonly Linear output;
        private readonly Parameter bias; // (length): by places between who asks and who is asked

        public Block(NetworkConfig config, int heads) : base(nameof(Block))
        {
            (this.heads, headSize, length, dropping) = (heads, config.HeadSize, config.Length, config.Dropout);
            var (dim, width) = (config.Dimensions, heads * headSize);
            inputNorm = nn.LayerNorm(dim, eps: Epsilon);
            outputNorm = nn.LayerNorm(width, eps: Epsilon);
            Linear ToHeads() => nn.Linear(dim, width);
            (gate, value, query, key, output) = (ToHeads(), ToHeads(), ToHeads(), ToHeads(), nn.Linear(width, dim));
            bias = new Parameter(zeros(length));
            RegisterComponents();
            using var untracked = no_grad();
            bias.normal_(0, 0.02);
        }

        public override Tensor forward(Tensor x, Tensor sees) // (batch, time, dim), (batch, 1, time, time)
        {
            using var scope = NewDisposeScope();
            var (batch, time) = (x.shape[0], x.shape[1]);
            Tensor Split(Tensor t) => t.view(batch, time, heads, headSize).transpose(1, 2).reshape(batch * heads, time, headSize);
            var normed = inputNorm.forward(x);
            var (u, v) = (nn.functional.silu(gate.Apply(normed)), Split(nn.functional.silu(value.Apply(normed))));
            var (q, k) = (Split(nn.functional.silu(query.Apply(normed))), Split(nn.functional.silu(key.Apply(normed))));
            var weights = bmm(q, k.transpose(1, 2)).view(batch, heads, time, time).Plus(Places(time)); // (batch, heads, time, time)
            weights = (nn.functional.silu(weights) * sees).div(Scalars.Of(length));
            var attended = bmm(weights.view(batch * heads, time, time), v).view(batch, heads, time, headSize).transpose(1, 2).reshape(batch, time, heads * headSize);
            var hidden = Dropping.Drop(outputNorm.forward(attended) * u, dropping, training);
            return x.Plus(output.Apply(hidden)).MoveToOuterDisposeScope();
        }

        private Tensor Places(long time) // (time, time)
        {
            var places = arange(time, ScalarType.Int64, bias.device);
            var apart = (places.unsqueeze(1) - places.unsqueeze(0)).clamp_min(Scalars.Whole(0));
            return bias.index_select(0, apart.view(-1)).view(time, time);
        }

        public string Export(GraphBuilder graph, string name, string x, string mask, bool onlyLast)
        {
            var sees = graph.Node("Cast", [graph.Node("Equal", [mask, graph.Constant("zero", 0f)])], ("to", 1L));
            string Dense(string layer, Linear weights, string input) => Layers.Silu(graph, Layers.Dense(graph, name + layer, weights, input));
            string Split(string t) => graph.Node("Transpose", [graph.Node("Reshape", [t, graph.Constant($"split{heads}", new long[] { 0, -1, heads, headSize })])], ("perm", new long[] { 0, 2, 1, 3 }));
            var normed = Layers.Norm(graph, name + "inputNorm", inputNorm, x, Epsilon);
            using var scope = NewDisposeScope();
            var places = graph.Weight(name + "places", Places(length).unsqueeze(0).unsqueeze(0)); // (1, 1, time, time)
            var asking = normed;
            if (onlyLast)
                (asking, x, places) = (graph.Last(normed, 1), graph.Last(x, 1), graph.Last(places, 2));
            var keys = graph.Node("Transpose", [Split(Dense("key", key, normed))], ("perm", new long[] { 0, 1, 3, 2 })); // (batch, heads, dim, time)
            var weights = graph.Node("Add", [graph.Node("MatMul", [Split(Dense("query", query, asking)), keys]), places]);
            weights = graph.Node("Mul", [graph.Node("Div", [Layers.Silu(graph, weights), graph.Constant("length", (float)length)]), sees]);
            var attended = graph.Node("Transpose", [graph.Node("MatMul", [weights, Split(Dense("value", value, normed))])], ("perm", new long[] { 0, 2, 1, 3 }));
            attended = graph.Node("Reshape", [attended, graph.Constant("join", new long[] { 0, 0, -1 })]); // (batch, time, dim)
            var hidden = graph.Node("Mul", [Layers.Norm(graph, name + "outputNorm", outputNorm, attended, Epsilon), Dense("gate", gate, asking)]);
            return graph.Node("Add", [x, Layers.Dense(graph, name + "output", output, hidden)]);
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                bias.Dispose();
                foreach (var layer in new nn.Module[] { inputNorm, outputNorm, gate, value, query, key, output })
                    layer.Dispose();
            }
            base.Dispose(disposing);
        }
    }
}
