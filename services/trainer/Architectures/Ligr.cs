// Borisyuk et al.: From Features to Transformers: Redefining Ranking for Scalable Impact (LiGR). 2025, https://arxiv.org/abs/2502.03417,
// whose layers Tikhonovich et al.: eSASRec: Enhancing Transformer-based Recommendations in a Modular Fashion. RecSys 2025,
// https://arxiv.org/abs/2508.06450 put into SASRec.
using ModelOps.Trainer.Onnx;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ModelOps.Trainer.Architectures;

/// <summary>SASRec whose layers decide by a gate how much they add, with SwiGLU instead of ReLU.</summary>
public sealed class Ligr(NetworkConfig config) : BlockNetwork(nameof(Ligr), config, Epsilon, (config, heads) => new Block(config, heads))
{
    private const float Epsilon = 1e-5f;

    /// <summary>x + gate(x) · attention(norm(x)), then x + gate(x) · SwiGLU(norm(x)).</summary>
    private sealed class Block : NetworkBlock
    {
        private const int Widening = 4;
        private readonly int heads;
        private readonly double dropping;
        private readonly LayerNorm attentionNorm;
        private readonly LayerNorm forwardNorm;
        private readonly Linear query;
        private readonly Linear key;
        private readonly Linear value;
        private readonly Linear output;
        private readonly Linear attentionGate;
        private readonly Linear forwardGate;
        private readonly Linear widen;
        private readonly Linear swish;
        private readonly Linear narrow;

        public Block(NetworkConfig config, int heads) : base(nameof(Block))
        {
            this.heads = heads;
            dropping = config.Dropout;
            var (dim, width, wide) = (config.Dimensions, heads * config.HeadSize, config.Dimensions * Widening);
            attentionNorm = nn.LayerNorm(dim, eps: Epsilon);
            forwardNorm = nn.LayerNorm(dim, eps: Epsilon);
            (query, key, value, output) = (nn.Linear(dim, width), nn.Linear(dim, width), nn.Linear(dim, width), nn.Linear(width, dim));
            (attentionGate, forwardGate) = (nn.Linear(dim, dim), nn.Linear(dim, dim));
            (widen, swish, narrow) = (nn.Linear(dim, wide, hasBias: false), nn.Linear(dim, wide, hasBias: false), nn.Linear(wide, dim, hasBias: false));
            RegisterComponents();
        }

        public override Tensor forward(Tensor x, Tensor mask) // (batch, time, dim), (batch, 1, time, time)
        {
            using var scope = NewDisposeScope();
            var normed = attentionNorm.forward(x);
            var attended = Layers.Attend(query.Apply(normed), key.Apply(normed), value.Apply(normed), mask, heads, training ? dropping : 0);
            x = x.Plus(Drop(attentionGate.Apply(x).sigmoid_() * output.Apply(attended)));
            normed = forwardNorm.forward(x);
            var hidden = nn.functional.silu(swish.Apply(normed)) * widen.Apply(normed); // (batch, time, wide)
            return x.Plus(Drop(forwardGate.Apply(x).sigmoid_() * narrow.Apply(Drop(hidden)))).MoveToOuterDisposeScope();
        }

        private Tensor Drop(Tensor x) => Dropping.Drop(x, dropping, training);

        public override string Export(GraphBuilder graph, string name, string x, string mask, bool onlyLast)
        {
            string Dense(string layer, Linear weights, string input) => Layers.Dense(graph, name + layer, weights, input);
            var normed = Layers.Norm(graph, name + "attentionNorm", attentionNorm, x, Epsilon);
            var asking = normed;
            if (onlyLast)
                (asking, x) = (graph.Last(normed, 1), graph.Last(x, 1)); // time of the query is 1
            var attended = Layers.Attend(graph, Dense("query", query, asking), Dense("key", key, normed), Dense("value", value, normed), mask, heads);
            var gate = graph.Node("Sigmoid", [Dense("attentionGate", attentionGate, x)]);
            x = graph.Node("Add", [x, graph.Node("Mul", [gate, Dense("output", output, attended)])]);
            normed = Layers.Norm(graph, name + "forwardNorm", forwardNorm, x, Epsilon);
            var hidden = graph.Node("Mul", [Layers.Silu(graph, Dense("swish", swish, normed)), Dense("widen", widen, normed)]);
            gate = graph.Node("Sigmoid", [Dense("forwardGate", forwardGate, x)]);
            return graph.Node("Add", [x, graph.Node("Mul", [gate, Dense("narrow", narrow, hidden)])]);
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                foreach (var layer in new nn.Module[] { attentionNorm, forwardNorm, query, key, value, output, attentionGate, forwardGate, widen, swish, narrow })
                    layer.Dispose();
            }
            base.Dispose(disposing);
        }
    }
}
