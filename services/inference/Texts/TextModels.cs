using Microsoft.Extensions.Options;
using ModelOps.Contracts;
using ModelOps.Features.Text;
using ModelOps.Features.Text.Tokenizers;
using ModelOps.Inference.Deployments;
using ModelOps.Inference.Models;

namespace ModelOps.Inference.Texts;

/// <summary>The deployed text networks, and what a request may ask of them.</summary>
internal sealed class TextModels(Router router, DeploymentFollower deployments, IOptions<TextOptions> options)
{
    public TextOptions Options => options.Value;

    /// <summary>A champion, kept loaded until the use ends.</summary>
    /// <param name="kind">What it must be for; see <see cref="EncoderKind"/>.</param>
    /// <exception cref="TextException">None is deployed, or it answers something else.</exception>
    public async Task<TextUse> UseAsync(StoreId store, string model, string kind, CancellationToken cancellationToken)
    {
        var found = await FindAsync(store, model, cancellationToken);
        return found.Model is TextEncoder encoder && encoder.Description.Kind == kind ? new TextUse(found, encoder) : throw OtherKind(found, kind);
    }

    /// <summary>A champion that goes on with texts, kept loaded until the use ends.</summary>
    /// <exception cref="TextException">None is deployed, or it answers something else.</exception>
    public async Task<DecoderUse> UseDecoderAsync(StoreId store, string model, CancellationToken cancellationToken)
    {
        var found = await FindAsync(store, model, cancellationToken);
        return found.Model is TextDecoder decoder ? new DecoderUse(found, decoder) : throw OtherKind(found, EncoderKind.Generate);
    }

    private async Task<LoadedUse> FindAsync(StoreId store, string model, CancellationToken cancellationToken)
    {
        var use = router.UseLoaded(store, model, null);
        if (use is null)
        {
            await deployments.AskNowAsync(cancellationToken);
            use = router.UseLoaded(store, model, null);
        }
        return use ?? throw new TextException(TextError.NotFound, $"No version of the model '{model}' is deployed for this store. Train one with the application text-encoder, or name another with 'model'.");
    }

    private static TextException OtherKind(LoadedUse found, string kind)
    {
        using (found)
        {
            var what = found.Model switch
            {
                TextEncoder encoder => $"is for '{encoder.Description.Kind}'",
                TextDecoder => $"is for '{EncoderKind.Generate}'",
                _ => "is no text network",
            };
            return new TextException(TextError.NotFound, $"The model '{found.Model.Name}' {what}; '{kind}' is asked of it. Name another with 'model'.");
        }
    }

    /// <exception cref="TextException">There are none, too many, or one that is too long.</exception>
    public void Check(IReadOnlyList<string> texts, string name)
    {
        if (texts.Count == 0)
            throw new TextException(TextError.Empty, $"`{name}` cannot be empty");
        if (texts.Count > Options.MaxTexts)
            throw new TextException(TextError.Validation, $"batch size {texts.Count} > maximum allowed batch size {Options.MaxTexts}. Send `{name}` in parts.");
        for (var at = 0; at < texts.Count; at++)
        {
            if (texts[at] is null)
                throw new TextException(TextError.Tokenizer, $"`{name}` lists texts; number {at} is null.");
            if (texts[at].Length > Options.MaxCharacters)
                throw new TextException(TextError.Validation, $"`{name}` number {at} has {texts[at].Length} characters; at most {Options.MaxCharacters}.");
        }
    }

    /// <exception cref="TextException">It is longer than the model reads, and may not be cut.</exception>
    public static EncodedText Encode(TextEncoder encoder, string text, string? pair, bool truncate, string name)
    {
        var encoded = encoder.Encode(text, pair);
        return !encoded.IsTruncated || truncate ? encoded : throw new TextException(TextError.Validation, $"`{name}` must have at most {encoder.Description.MaxTokens} tokens, special ones included. Shorten it, or send \"truncate\": true.");
    }
}

/// <summary>A decoder in use by one request.</summary>
internal sealed record DecoderUse(LoadedUse Use, TextDecoder Decoder) : IDisposable
{
    public void Dispose() => Use.Dispose();
}

/// <summary>A text network in use by one request.</summary>
internal sealed record TextUse(LoadedUse Use, TextEncoder Encoder) : IDisposable
{
    public void Dispose() => Use.Dispose();
}
