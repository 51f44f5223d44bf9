using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;
using ModelOps.Features.Assist;
using ModelOps.Features.Text;
using ModelOps.Inference.Batching;
using ModelOps.Inference.Deployments;
using ModelOps.Inference.Search;
using ModelOps.Inference.Texts;
using ModelOps.Search.Vectors;

namespace ModelOps.Inference.Assist;

/// <summary>
/// Finds the shop's texts for a message: by words and, where a text encoder is named and deployed, by vectors too, so that a question
/// that is asked in other words is answered. The vectors of the texts are made once, behind the first message that could use them.
/// </summary>
internal sealed class FaqFinder(Router router, IOptions<AssistOptions> options, TimeProvider time)
{
    private readonly ConditionalWeakTable<AssistModel, EncodedFaq> encoded = [];

    /// <returns>The best first. Of an entry that both find, the higher score counts.</returns>
    public async Task<IReadOnlyList<FaqHit>> FindAsync(AssistQuestion question, int most, CancellationToken cancellationToken)
    {
        var faq = question.Model.Faq;
        var words = faq.Find(question.Message, question.Language, most);
        if (options.Value.EncoderModel is not { Length: > 0 } name || faq.Count == 0 || router.UseLoaded(question.Store, name, null) is not { } use)
            return words;
        using (use)
        {
            if (use.Model is not TextEncoder { Description.Kind: EncoderKind.Embed } encoder || VectorsOf(question.Model, encoder, name) is not { } vectors)
                return words;
            var asked = await InTime.OrNullAsync(TimeSpan.FromMilliseconds(options.Value.EncoderMilliseconds), time, late => encoder.EmbedAsync(question.Message, late), cancellationToken);
            // A version that was replaced meanwhile may have vectors of another length.
            return asked?.Length == vectors.Dimensions ? Both(faq, words, vectors.Near(asked), question.Language, most) : words;
        }
    }

    private List<FaqHit> Both(FaqIndex faq, IReadOnlyList<FaqHit> words, QueryNeighbours near, string? language, int most)
    {
        var least = options.Value.LeastCosine;
        var meant = Enumerable.Range(0, faq.Entries.Count).Where(entry => near.Cosines[entry] > least && FaqIndex.Speaks(faq.Entries[entry], language))
            .OrderByDescending(entry => near.Cosines[entry]).Take(most)
            .Select(entry => new FaqHit(faq.Entries[entry], Math.Min(1, (near.Cosines[entry] - least) / (1 - least))));
        return [.. words.Concat(meant).GroupBy(hit => hit.Entry).Select(hits => hits.MaxBy(hit => hit.Score)).OrderByDescending(hit => hit.Score).Take(most)];
    }

    /// <summary>Null while they are being made, and for a while after that failed.</summary>
    private ItemVectors? VectorsOf(AssistModel model, TextEncoder encoder, string name) =>
        encoded.GetValue(model, _ => new EncodedFaq()).Of(encoder.Version, time.GetUtcNow(), () => EncodeAsync(model, name));

    /// <summary>Holds the encoder itself: the message that began this may be answered before.</summary>
    private async Task<ItemVectors> EncodeAsync(AssistModel model, string name)
    {
        Deadline.Current = null; // nobody waits for it
        if (router.UseLoaded(model.Store, name, null) is not { } use)
            throw new InvalidDataException($"'{name}' is not deployed any more.");
        using (use)
        {
            var (encoder, vectors) = ((TextEncoder)use.Model, new List<float[]>());
            foreach (var entry in model.Faq.Entries)
                vectors.Add(await encoder.ComputeAsync(encoder.Encode(entry.Question), CancellationToken.None));
            return ItemVectors.Of(vectors);
        }
    }

    /// <summary>The vectors of one package's texts, by the version of the encoder that made them.</summary>
    private sealed class EncodedFaq
    {
        private static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);

        private readonly Lock turn = new();
        private Task<ItemVectors>? making;
        private int version;
        private DateTimeOffset begun;

        public ItemVectors? Of(int encoder, DateTimeOffset now, Func<Task<ItemVectors>> make)
        {
            lock (turn)
            {
                if (making is null || version != encoder || (making.IsFaulted && now - begun > Pause))
                    (making, version, begun) = (Task.Run(make), encoder, now);
                return making.IsCompletedSuccessfully ? making.Result : null;
            }
        }
    }
}
