using ModelOps.Features.Text;
using ModelOps.Trainer.Architectures;
using ModelOps.Trainer.Onnx;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ModelOps.Trainer.Texts;

/// <summary>What becomes of the tokens' vectors: one vector of length 1, or a score for each label. Its parameters have the names of published classifiers and cross-encoders.</summary>
public sealed class TextHead : nn.Module
{
    private readonly string pooling;
    private readonly double dropout;
    private readonly Linear? dense, classifier;
    private readonly Part? pooler;

    /// <param name="pooling">See <see cref="TextPooling"/>.</param>
    /// <param name="labels">0 for a vector.</param>
    /// <param name="hasPooler">A dense layer and tanh before the scores, as BERT's own classifiers have.</param>
    public TextHead(TextConfig config, string pooling, int labels = 0, bool hasPooler = false) : base(nameof(TextHead))
    {
        ArgumentNullException.ThrowIfNull(config);
        (this.pooling, dropout, Labels) = (pooling, config.Dropout, labels);
        if (hasPooler)
        {
            dense = nn.Linear(config.Dimensions, config.Dimensions);
            register_module(nameof(pooler), pooler = new Part((nameof(dense), dense)));
        }
        if (labels > 0)
            register_module(nameof(classifier), classifier = nn.Linear(config.Dimensions, labels));
    }

    public int Labels { get; }

    /// <summary>(batch, time, dim) → (batch, dim) of length 1, or (batch, labels).</summary>
    public Tensor Of(Tensor hidden, Tensor mask)
    {
        ArgumentNullException.ThrowIfNull(hidden);
        ArgumentNullException.ThrowIfNull(mask);
        using var scope = NewDisposeScope();
        var pooled = pooling == TextPooling.Cls ? hidden.select(1, 0) : Mean(hidden, mask); // (batch, dim)
        if (dense is not null)
            pooled = dense.call(pooled).tanh();
        if (classifier is null)
            return nn.functional.normalize(pooled, 2, 1).MoveToOuterDisposeScope();
        return classifier.call(Dropping.Drop(pooled, dropout, training)).MoveToOuterDisposeScope();
    }

    internal string Export(GraphBuilder graph, string hidden, string mask)
    {
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        var pooled = pooling == TextPooling.Cls ? graph.Node("Squeeze", [graph.Node("Slice", [hidden, graph.Constant("cls.from", 0L), graph.Constant("cls.to", 1L), graph.Constant("cls.axis", 1L)]), graph.Constant("cls.axis", 1L)]) : ExportMean(graph, hidden, mask);
        if (dense is not null)
            pooled = graph.Node("Tanh", [Layers.Dense(graph, "pooler", dense, pooled)]);
        return classifier is null ? graph.Node("LpNormalization", [pooled], ("axis", 1L), ("p", 2L)) : Layers.Dense(graph, "classifier", classifier, pooled);
    }

    private static Tensor Mean(Tensor hidden, Tensor mask)
    {
        var weights = mask.to_type(ScalarType.Float32).unsqueeze(-1); // (batch, time, 1)
        return (hidden * weights).sum(1) / weights.sum(1);
    }

    private static string ExportMean(GraphBuilder graph, string hidden, string mask)
    {
        var weights = graph.Node("Cast", [mask], ("to", 1L)); // (batch, time)
        weights = graph.Node("Div", [weights, graph.Node("ReduceSum", [weights, graph.Constant("pool.axis", 1L)])]);
        var row = graph.Node("Unsqueeze", [weights, graph.Constant("pool.axis", 1L)]); // (batch, 1, time)
        return graph.Node("Squeeze", [graph.Node("MatMul", [row, hidden]), graph.Constant("pool.axis", 1L)]); // (batch, dim)
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            dense?.Dispose();
            classifier?.Dispose();
            pooler?.Dispose();
        }
        base.Dispose(disposing);
    }
}
