using ModelOps.Trainer.Architectures;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ModelOps.Trainer.Texts;

/// <summary>Foretells tokens that were hidden, tied to the tokens' own vectors; its parameters have the names of published checkpoints.</summary>
internal sealed class MaskedHead : nn.Module
{
    private readonly TextConfig config;
    private readonly Linear dense;
    private readonly LayerNorm norm;
    private readonly Part transform, cls;
    private readonly Predictions predictions;

    public MaskedHead(TextConfig config) : base(nameof(MaskedHead))
    {
        this.config = config;
        (dense, norm) = (nn.Linear(config.Dimensions, config.Dimensions), nn.LayerNorm(config.Dimensions, eps: config.Epsilon));
        transform = new Part((nameof(dense), dense), ("LayerNorm", norm));
        predictions = new Predictions(config.Vocabulary, transform);
        register_module(nameof(cls), cls = new Part((nameof(predictions), predictions)));
    }

    /// <param name="hidden">(places, dim).</param>
    /// <param name="words">(vocabulary, dim).</param>
    /// <returns>(places, vocabulary).</returns>
    public Tensor Of(Tensor hidden, Tensor words)
    {
        using var scope = NewDisposeScope();
        var x = norm.forward(TextLayers.Activate(config, dense.Apply(hidden)));
        return Autocast.Linear(x, words, predictions.Bias).MoveToOuterDisposeScope();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            foreach (var part in new nn.Module[] { dense, norm, transform, predictions, cls })
                part.Dispose();
        }
        base.Dispose(disposing);
    }

    private sealed class Predictions : nn.Module
    {
        public Predictions(int vocabulary, Part transform) : base(nameof(Predictions))
        {
            register_module("transform", transform);
            register_parameter("bias", Bias = new Parameter(zeros(vocabulary)));
        }

        public Parameter Bias { get; }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                Bias.Dispose();
            base.Dispose(disposing);
        }
    }
}
