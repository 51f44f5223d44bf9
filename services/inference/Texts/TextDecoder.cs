using Microsoft.ML.OnnxRuntime;
using ModelOps.Contracts;
using ModelOps.Features;
using ModelOps.Features.Text;
using ModelOps.Features.Text.Tokenizers;
using ModelOps.Inference.Batching;
using ModelOps.Inference.Models;

namespace ModelOps.Inference.Texts;

/// <summary>A decoder in memory: it goes on with a text. In 8 bits where the package has that.</summary>
internal sealed class TextDecoder : LoadedModel
{
    private readonly DecoderRunner runner;
    private readonly Batcher<GenerateCall> batcher;

    private TextDecoder(StoreId store, string name, int version, InferenceSession session, EncoderDescription description, Tokenizer tokenizer, BatchingHost batching)
        : base(store, name, version, session, null, batching)
    {
        (Description, Tokenizer) = (description, tokenizer);
        runner = new DecoderRunner(session, batching.Time);
        batcher = batching.Of(runner, store, name, version);
    }

    public EncoderDescription Description { get; }

    public Tokenizer Tokenizer { get; }

    /// <exception cref="InvalidDataException">The package is not one that this build can serve.</exception>
    public static TextDecoder Load(StoreId store, string name, int version, string folder, BatchingHost batching)
    {
        var (description, tokenizer) = (EncoderDescription.Read(folder), TokenizerFiles.Read(folder));
        if (tokenizer.Special.End is null || tokenizer.Tokens.Count > description.Outputs)
            throw new InvalidDataException($"The tokenizer of '{name}' version {version} has {tokenizer.Tokens.Count} tokens of {description.Outputs}, and {(tokenizer.Special.End is null ? "none" : "one")} for the end of a text. Train and register the model again.");
        var graph = File.Exists(Path.Combine(folder, PackageFiles.Int8Model)) ? PackageFiles.Int8Model : PackageFiles.Model;
        var decoder = new TextDecoder(store, name, version, Open(Path.Combine(folder, graph)), description, tokenizer, batching);
        try
        {
            // The first run allocates; the longest text and the highest token show that the files are of one model.
            decoder.runner.Compute([decoder.CallOf([.. Enumerable.Repeat(tokenizer.Tokens.Count - 1, description.MaxTokens - 1)], 2)]);
            return decoder;
        }
        catch (Exception exception) when (exception is OnnxRuntimeException or ArgumentException)
        {
            decoder.Dispose();
            throw new InvalidDataException($"The graph of '{name}' version {version} does not answer as {PackageFiles.Encoder} and {PackageFiles.Tokenizer} say: {exception.Message} Train and register the model again.", exception);
        }
    }

    /// <summary>A text as the decoder reads it.</summary>
    public EncodedText Encode(string text) => Tokenizer.EncodeAfterEnd(text, Description.MaxTokens, isWhole: false);

    /// <summary>Goes on with a text. Texts wait for each other as calls of other models do.</summary>
    /// <exception cref="NotComputedException">There is too much to do, or the present deadline has passed.</exception>
    public async Task GenerateAsync(GenerateCall call, CancellationToken cancellationToken) => await batcher.RunAsync(call, Deadline.Current, cancellationToken);

    private GenerateCall CallOf(IReadOnlyList<int> prompt, int most) => new(Tokenizer, prompt, most, new Choosing(0, 1, null), [], CancellationToken.None) { Until = long.MaxValue };

    protected override void Free() => runner.Dispose();
}
