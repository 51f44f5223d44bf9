// Kang, McAuley: Self-Attentive Sequential Recommendation. ICDM 2018, https://arxiv.org/abs/1808.09781
// With the layer normalisation before each sub-layer and, as in Klenitskiy, Vasilev: Turning Dross Into Gold Loss, RecSys 2023,
// a softmax over many negatives instead of one negative a target.
using ModelOps.Trainer.Onnx;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ModelOps.Trainer.Architectures;

/// <summary>Predicts the next item from the items before it.</summary>
public sealed class SasRec(NetworkConfig config) : BlockNetwork(nameof(SasRec), config, Epsilon, (config, heads) => new Block(config, heads))
{
    private const float Epsilon = 1e-8f;

    /// <summary>Attention over the history, then a feed-forward layer at each position, each added to what came in.</summary>
    private sealed class Block : NetworkBlock
    {
        private readonly int heads;
        private readonly double dropping;
        private readonly LayerNorm attentionNorm;
        private readonly LayerNorm forwardNorm;
        private readonly Linear query;
        private readonly Linear key;
        private readonly Linear value;
        private readonly Linear output;
        private readonly Linear widen;
        private readonly Linear narrow;

        public Block(NetworkConfig config, int heads) : base(nameof(Block))
        {
            this.heads = heads;
            var (dim, width) = (config.Dimensions, heads * config.HeadSize);
            dropping = config.Dropout;
            attentionNorm = nn.LayerNorm(dim, eps: Epsilon);
            forwardNorm = nn.LayerNorm(dim, eps: Epsilon);
            (query, key, value, output) = (nn.Linear(dim, width), nn.Linear(dim, width), nn.Linear(dim, width), nn.Linear(width, dim));
            (widen, narrow) = (nn.Linear(dim, dim), nn.Linear(dim, dim));
            RegisterComponents();
        }

        public override Tensor forward(Tensor x, Tensor mask) // (batch, time, dim), (batch, 1, time, time)
        {
            using var scope = NewDisposeScope();
            var normed = attentionNorm.forward(x);
            var attended = Layers.Attend(query.Apply(normed), key.Apply(normed), value.Apply(normed), mask, heads, training ? dropping : 0);
            x = x.Plus(Drop(output.Apply(attended)));
            var hidden = Drop(nn.functional.relu(widen.Apply(forwardNorm.forward(x)))); // (batch, time, dim)
            return x.Plus(Drop(narrow.Apply(hidden))).MoveToOuterDisposeScope();
        }

        private Tensor Drop(Tensor x) => Dropping.Drop(x, dropping, training);

        public override string Export(GraphBuilder graph, string name, string x, string mask, bool onlyLast)
        {
            var normed = Layers.Norm(graph, name + "attentionNorm", attentionNorm, x, Epsilon);
            var asking = normed;
            if (onlyLast)
                (asking, x) = (graph.Last(normed, 1), graph.Last(x, 1)); // time of the query is 1
            var attended = Layers.Attend(
                graph, Layers.Dense(graph, name + "query", query, asking), Layers.Dense(graph, name + "key", key, normed), Layers.Dense(graph, name + "value", value, normed), mask, heads);
            x = graph.Node("Add", [x, Layers.Dense(graph, name + "output", output, attended)]);
            var hidden = Layers.Norm(graph, name + "forwardNorm", forwardNorm, x, Epsilon);
            hidden = graph.Node("Relu", [Layers.Dense(graph, name + "widen", widen, hidden)]);
            return graph.Node("Add", [x, Layers.Dense(graph, name + "narrow", narrow, hidden)]);
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                foreach (var layer in new nn.Module[] { attentionNorm, forwardNorm, query, key, value, output, widen, narrow })
                    layer.Dispose();
            }
            base.Dispose(disposing);
        }
    }
}
