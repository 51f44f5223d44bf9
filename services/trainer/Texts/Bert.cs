// Devlin, Chang, Lee, Toutanova: BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding. NAACL 2019,
// https://arxiv.org/abs/1810.04805; with fewer layers and dimensions it is MiniLM's student (Wang et al., NeurIPS 2020,
// https://arxiv.org/abs/2002.10957); with positions from 2 and one segment RoBERTa (Liu et al., 2019, https://arxiv.org/abs/1907.11692).
using ModelOps.Trainer.Architectures;
using ModelOps.Trainer.Onnx;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ModelOps.Trainer.Texts;

/// <summary>An encoder: each token sees all others. Parameters have the names that published checkpoints have, without the prefix <c>bert.</c>.</summary>
public sealed class Bert : nn.Module, ITextNetwork
{
    private const double Spread = 0.02;
    private readonly Embedding words, positions, segments;
    private readonly LayerNorm norm;
    private readonly Part embeddings, encoder;
    private readonly ModuleList<Layer> layers;

    public Bert(TextConfig config) : base(nameof(Bert))
    {
        ArgumentNullException.ThrowIfNull(config);
        Config = config;
        words = nn.Embedding(config.Vocabulary, config.Dimensions);
        positions = nn.Embedding(config.MaxTokens + config.FirstPosition, config.Dimensions);
        segments = nn.Embedding(config.Segments, config.Dimensions);
        norm = nn.LayerNorm(config.Dimensions, eps: config.Epsilon);
        embeddings = new Part(("word_embeddings", words), ("position_embeddings", positions), ("token_type_embeddings", segments), ("LayerNorm", norm));
        layers = nn.ModuleList(Enumerable.Range(0, config.Layers).Select(_ => new Layer(config)).ToArray());
        encoder = new Part(("layer", layers));
        register_module(nameof(embeddings), embeddings);
        register_module(nameof(encoder), encoder);
        using var untracked = no_grad();
        foreach (var (name, parameter) in named_parameters())
        {
            if (parameter.shape.Length == 2)
                parameter.normal_(0, Spread);
            else if (name.EndsWith(".bias", StringComparison.Ordinal))
                parameter.zero_();
        }
    }

    public TextConfig Config { get; }

    public nn.Module Module => this;

    public Tensor Words => words.weight!;

    /// <summary>(batch, time) each → (batch, time, dim).</summary>
    public Tensor Hidden(TextTensors batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        using var scope = NewDisposeScope();
        var time = batch.Ids.shape[1];
        var places = positions.weight!.slice(0, Config.FirstPosition, Config.FirstPosition + time, 1); // (time, dim)
        var x = words.forward(batch.Ids).Plus(places).Plus(segments.forward(batch.Segments));
        x = Dropping.Drop(norm.forward(x), Config.Dropout, training);
        var mask = batch.IsPadded ? TextLayers.Hide(batch.Mask) : null;
        foreach (var layer in layers)
            x = layer.forward(x, mask);
        return x.MoveToOuterDisposeScope();
    }

    /// <param name="segment">(batch, time) int64; null where all tokens are of the first.</param>
    /// <returns>(batch, time, dim).</returns>
    internal string Export(GraphBuilder graph, string ids, string mask, string? segment)
    {
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        // Of one segment, its vector is in the positions' already.
        var table = positions.weight!.slice(0, Config.FirstPosition, Config.FirstPosition + Config.MaxTokens, 1);
        table = segment is null ? table + segments.weight!.slice(0, 0, 1, 1) : table;
        var time = graph.Node("Shape", [ids], ("start", 1L), ("end", 2L));
        var places = graph.Node("Slice", [graph.Weight("positions", table), graph.Constant("first", 0L), time, graph.Constant("first", 0L)]); // (time, dim)
        var x = graph.Node("Add", [graph.Node("Gather", [graph.Weight("words", words.weight!), ids], ("axis", 0L)), places]);
        if (segment is not null)
            x = graph.Node("Add", [x, graph.Node("Gather", [graph.Weight("segments", segments.weight!), segment], ("axis", 0L))]);
        x = Layers.Norm(graph, "norm", norm, x, Config.Epsilon);
        var hidden = ExportMask(graph, ids, mask, time);
        for (var layer = 0; layer < layers.Count; layer++)
            x = layers[layer].Export(graph, $"layer{layer}.", x, hidden);
        return x;
    }

    /// <summary>(batch, 1, time, time), as the operator reads it.</summary>
    private static string ExportMask(GraphBuilder graph, string ids, string mask, string time)
    {
        var seen = graph.Node("Unsqueeze", [graph.Node("Greater", [mask, graph.Constant("none", 0L)]), graph.Constant("axes12", [1L, 2L])]); // (batch, 1, 1, time)
        var hidden = graph.Node("Where", [seen, graph.Constant("zero", 0f), graph.Constant("never", TextLayers.Never)]);
        var batch = graph.Node("Shape", [ids], ("start", 0L), ("end", 1L));
        return graph.Node("Expand", [hidden, graph.Node("Concat", [batch, graph.Constant("one", 1L), time, time], ("axis", 0L))]);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            foreach (var part in new nn.Module[] { words, positions, segments, norm, embeddings, layers, encoder })
                part.Dispose();
        }
        base.Dispose(disposing);
    }

    /// <summary>Attention, then a feed-forward layer at each token; each is added to what came in, and the sum normalised.</summary>
    private sealed class Layer : nn.Module<Tensor, Tensor?, Tensor>
    {
        private readonly TextConfig config;
        private readonly Linear query, key, value, output, widen, narrow;
        private readonly LayerNorm attentionNorm, forwardNorm;
        private readonly Part[] parts;

        public Layer(TextConfig config) : base(nameof(Layer))
        {
            this.config = config;
            Linear Square() => nn.Linear(config.Dimensions, config.Dimensions);
            (query, key, value, output) = (Square(), Square(), Square(), Square());
            (widen, narrow) = (nn.Linear(config.Dimensions, config.Inner), nn.Linear(config.Inner, config.Dimensions));
            (attentionNorm, forwardNorm) = (nn.LayerNorm(config.Dimensions, eps: config.Epsilon), nn.LayerNorm(config.Dimensions, eps: config.Epsilon));
            var attention = new Part(("self", new Part(("query", query), ("key", key), ("value", value))), ("output", new Part(("dense", output), ("LayerNorm", attentionNorm))));
            parts = [attention, new Part(("dense", widen)), new Part(("dense", narrow), ("LayerNorm", forwardNorm))];
            register_module("attention", parts[0]);
            register_module("intermediate", parts[1]);
            register_module("output", parts[2]);
        }

        public override Tensor forward(Tensor x, Tensor? mask) // (batch, time, dim), (batch, 1, 1, time)
        {
            using var scope = NewDisposeScope();
            var attended = TextLayers.Attend(query.Apply(x), key.Apply(x), value.Apply(x), mask, config.Heads, isCausal: false);
            x = attentionNorm.forward(x.Plus(Dropping.Drop(output.Apply(attended), config.Dropout, training)));
            var hidden = narrow.Apply(TextLayers.Activate(config, widen.Apply(x)));
            return forwardNorm.forward(x.Plus(Dropping.Drop(hidden, config.Dropout, training))).MoveToOuterDisposeScope();
        }

        public string Export(GraphBuilder graph, string name, string x, string mask)
        {
            var parts = TextLayers.Together(graph, name + "attention", x, query, key, value);
            var attended = Layers.Attend(graph, parts[0], parts[1], parts[2], mask, config.Heads);
            x = Layers.Norm(graph, name + "attentionNorm", attentionNorm, graph.Node("Add", [x, Layers.Dense(graph, name + "output", output, attended)]), config.Epsilon);
            var hidden = TextLayers.Activate(graph, config, Layers.Dense(graph, name + "widen", widen, x));
            return Layers.Norm(graph, name + "forwardNorm", forwardNorm, graph.Node("Add", [x, Layers.Dense(graph, name + "narrow", narrow, hidden)]), config.Epsilon);
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                foreach (var part in (nn.Module[])[query, key, value, output, widen, narrow, attentionNorm, forwardNorm, .. parts])
                    part.Dispose();
            }
            base.Dispose(disposing);
        }
    }
}
