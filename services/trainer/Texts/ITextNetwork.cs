using TorchSharp;
using static TorchSharp.torch;

namespace ModelOps.Trainer.Texts;

/// <summary>A network that turns tokens into a vector at each.</summary>
public interface ITextNetwork : IDisposable
{
    TextConfig Config { get; }

    nn.Module Module { get; }

    /// <summary>The tokens' own vectors, (vocabulary, dim), with which language-model heads are tied.</summary>
    Tensor Words { get; }

    /// <summary>(batch, time) → (batch, time, dim).</summary>
    Tensor Hidden(TextTensors batch);
}

/// <summary>The networks by <see cref="TextConfig.Kind"/>. A new one is a file beside this and a line here.</summary>
public static class TextNetwork
{
    public static ITextNetwork Create(TextConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        return config.Kind == TextConfig.Gpt2Kind ? new Gpt2(config) : new Bert(config);
    }
}
