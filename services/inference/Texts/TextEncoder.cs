using System.Diagnostics.CodeAnalysis;
using BitFaster.Caching.Lru;
using Microsoft.ML.OnnxRuntime;
using ModelOps.Contracts;
using ModelOps.Features;
using ModelOps.Features.Text;
using ModelOps.Features.Text.Tokenizers;
using ModelOps.Inference.Batching;
using ModelOps.Inference.Models;

namespace ModelOps.Inference.Texts;

/// <summary>A text network in memory: texts to vectors, pairs to scores, or texts to labels. In 8 bits where the package has that. For search and assistance too, in this process.</summary>
internal sealed class TextEncoder : LoadedModel
{
    /// <summary>Vectors of texts that were asked before, some 16 MB at 384 dimensions; the same few queries make up most of a shop's.</summary>
    private const int KeptVectors = 10_000;

    /// <summary>Characters of a text whose vector is kept.</summary>
    private const int LongestKept = 200;

    private readonly TextRunner runner;
    private readonly Batcher<TextCall> batcher;
    private readonly ConcurrentLru<string, float[]> kept = new(KeptVectors);

    private TextEncoder(StoreId store, string name, int version, InferenceSession session, EncoderDescription description, Tokenizer tokenizer, BatchingHost batching)
        : base(store, name, version, session, null, batching)
    {
        (Description, Tokenizer) = (description, tokenizer);
        runner = new TextRunner(session, description.Kind == EncoderKind.Embed ? TextGraph.Vectors : TextGraph.Scores, description.Outputs, tokenizer.Special.Padding);
        batcher = batching.Of(runner, store, name, version);
    }

    public EncoderDescription Description { get; }

    public Tokenizer Tokenizer { get; }

    /// <exception cref="InvalidDataException">The package is not one that this build can serve.</exception>
    public static TextEncoder Load(StoreId store, string name, int version, string folder, BatchingHost batching) =>
        Load(store, name, version, folder, PackageFiles.Encoder, File.Exists(Path.Combine(folder, PackageFiles.Int8Model)) ? PackageFiles.Int8Model : PackageFiles.Model, batching);

    /// <summary>A text network that is a part of another package.</summary>
    /// <param name="file">Its description.</param>
    /// <param name="graph">Its graph.</param>
    /// <exception cref="InvalidDataException">It is not one that this build can serve.</exception>
    public static TextEncoder Load(StoreId store, string name, int version, string folder, string file, string graph, BatchingHost batching)
    {
        var description = EncoderDescription.Read(folder, file);
        var tokenizer = TokenizerFiles.Read(folder);
        var encoder = new TextEncoder(store, name, version, Open(Path.Combine(folder, graph)), description, tokenizer, batching);
        try
        {
            encoder.WarmUp();
            return encoder;
        }
        catch (Exception exception) when (exception is OnnxRuntimeException or ArgumentException)
        {
            encoder.Dispose();
            throw new InvalidDataException($"The graph of '{name}' version {version} does not answer as {file} and {PackageFiles.Tokenizer} say: {exception.Message} Train and register the model again.", exception);
        }
    }

    /// <summary>A text as the network reads it, cut to <see cref="EncoderDescription.MaxTokens"/>.</summary>
    /// <param name="pair">Of a reranker: the text that the first, a query, is held against.</param>
    public EncodedText Encode(string text, string? pair = null) => Tokenizer.Encode(text, Description.MaxTokens, pair);

    /// <summary>The vector of a text that was asked before.</summary>
    public bool TryKept(string text, [NotNullWhen(true)] out float[]? vector) => kept.TryGet(text, out vector);

    /// <summary>The vector of a text, of length 1; it is shared, so it must not be changed.</summary>
    /// <exception cref="NotComputedException">There is too much to do, or the present deadline has passed.</exception>
    public ValueTask<float[]> EmbedAsync(string text, CancellationToken cancellationToken) =>
        kept.TryGet(text, out var vector) ? ValueTask.FromResult(vector) : EmbedAsync(text, Encode(text), cancellationToken);

    /// <summary>As above, of a text that is encoded already.</summary>
    public async ValueTask<float[]> EmbedAsync(string text, EncodedText encoded, CancellationToken cancellationToken)
    {
        if (kept.TryGet(text, out var vector))
            return vector;
        vector = await ComputeAsync(encoded, cancellationToken);
        if (text.Length <= LongestKept)
            kept.AddOrUpdate(text, vector);
        return vector;
    }

    /// <summary>The outputs of a text or pair: a vector, a score, or one for each label. Computed together with other calls.</summary>
    /// <exception cref="NotComputedException">There is too much to do, or the present deadline has passed.</exception>
    public async ValueTask<float[]> ComputeAsync(EncodedText encoded, CancellationToken cancellationToken)
    {
        var call = new TextCall(encoded, new float[Description.Outputs]);
        await batcher.RunAsync(call, Deadline.Current, cancellationToken);
        return call.Output;
    }

    protected override void Free() => runner.Dispose();

    /// <summary>The first run allocates; it also shows that the tokenizer's numbers are the graph's.</summary>
    private void WarmUp()
    {
        var last = Tokenizer.Tokens.Count - 1;
        var all = new EncodedText([.. Enumerable.Repeat(last, Description.MaxTokens)], Description.MaxTokens, false);
        runner.Compute([new TextCall(all, new float[Description.Outputs])]);
        runner.Compute([new TextCall(Encode("a"), new float[Description.Outputs]), new TextCall(Encode("a b"), new float[Description.Outputs])]);
    }
}
