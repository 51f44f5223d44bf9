using System.Diagnostics;
using Microsoft.Extensions.Options;
using ModelOps.Contracts;
using ModelOps.Contracts.Predictions;
using ModelOps.EventLog;
using ModelOps.Features.Assist;
using ModelOps.Inference.Deployments;
using ModelOps.Inference.Events;

namespace ModelOps.Inference.Assist;

/// <summary>
/// Answers a message: by the order system, the shop's own texts or its products; asks back once when it is unsure, then hands over to a
/// person. It says nothing about the shop that the shop has not written.
/// </summary>
internal sealed class Assistant(Conversations conversations, OrderSystem orders, FaqFinder texts, IEnumerable<IProductFinder> products, Wording wording, AssistMetrics metrics, ImpressionLog impressions, Router router, ShadowRunner shadows, IOptions<AssistOptions> options, TimeProvider time)
{
    private const string Placement = "assist";
    private const int ShortMessage = 6; // words: it may go on from the one before
    private const int Suggested = 3, Searched = 5;
    private const double LeastSuggested = .05;

    public async Task<AssistResponse> AnswerAsync(StoreId store, AssistModel model, string arm, AssistRequest request, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var message = request.Message!.Trim();
        var conversation = await conversations.FindAsync(store, request.Conversation, request.User);
        var language = Wishes.Language(message) ?? conversation.Turns.Select(turn => Wishes.Language(turn.Message)).LastOrDefault(found => found is not null) ?? "en";
        var question = new AssistQuestion(store, model, message, request.User, conversation, language, Understand(model, message, conversation));
        var reply = await ReplyAsync(question, cancellationToken);
        var (text, isWorded) = reply.HandOver is null && reply.Citations.Count > 0
            ? await wording.WordAsync(message, reply, language, cancellationToken)
            : (reply.Text, false);
        await conversations.KeepAsync(store, conversation.With(message, question.Known(options.Value), text, reply.IsUnderstood));
        metrics.Count(model, reply, question.IsOutOfScope);
        var token = Guid.CreateVersion7().ToString("N");
        impressions.Add(new Impression(
            store, token, time.GetUtcNow(), model.Name, model.Version, request.User, [.. reply.Products.Select(product => product.Id)], false, Stopwatch.GetElapsedTime(started).TotalSeconds, arm,
            Placement: Placement, Assist: new LoggedAssist(reply.Way, reply.HandOver?.Reason, question.IsOutOfScope, question.Known(options.Value))));
        if (router.ShadowOf(store, model.Name) is { } shadow)
            shadows.Ask(store, shadow, request.User, reply.Compared, async (other, cancelled) => (await ReplyAsync(question.AskedOf((AssistModel)other, Understand((AssistModel)other, message, conversation)), cancelled)).Compared);
        return new AssistResponse(
            conversation.Id, question.Intent(options.Value), text, reply.Citations, reply.Products, reply.HandOver, reply.Suggestions, language, isWorded ? "model" : "text", new ModelReference(model.Name, model.Version), token, arm);
    }

    /// <summary>A short message that says nothing on its own may go on from the one before.</summary>
    private static Judgement Understand(AssistModel model, string message, Conversation conversation)
    {
        var judgement = model.Judge(message);
        if (judgement.OutOfScope < model.Settings.Scope.Threshold || conversation.Turns.Count == 0 || WordEncoder.Split(message).Count > ShortMessage)
            return judgement;
        var together = model.Judge($"{conversation.Turns[^1].Message} {message}");
        return together.OutOfScope < model.Settings.Scope.Threshold ? together : judgement;
    }

    private async Task<AssistReply> ReplyAsync(AssistQuestion question, CancellationToken cancellationToken)
    {
        var (phrases, intent) = (Phrases.In(question.Language), question.Known(options.Value));
        if (Wishes.ForPerson(question.Message) || (intent is not null && options.Value.PersonIntents.Contains(intent)))
            return HandOver(question, "asked", phrases.HandOver);
        var order = Wishes.OrderNumber(question.Message);
        if ((order is not null || (intent is not null && options.Value.OrderIntents.Contains(intent))) && orders.Answers(question.Store))
            return question.IsShadow ? new AssistReply("order", "") : await AskOrdersAsync(question, order, cancellationToken);
        if (intent is not null && options.Value.ProductIntents.Contains(intent) && await ProductsAsync(question, cancellationToken) is { } wanted)
            return wanted;
        if (await FromFaqAsync(question, intent, cancellationToken) is { } answered)
            return answered;
        if (Wishes.ForProducts(question.Message) && await ProductsAsync(question, cancellationToken) is { } found)
            return found;
        return intent is not null ? HandOver(question, "no-answer", $"{phrases.NoAnswer} {phrases.HandOver}") : AskBack(question, phrases);
    }

    private async Task<AssistReply> AskOrdersAsync(AssistQuestion question, string? order, CancellationToken cancellationToken) =>
        await orders.AskAsync(question.Store, question.Message, question.User, order, question.Language, cancellationToken) is { Answer: { } text } answer
            ? new AssistReply("order", text) { Citations = [new Citation("order", answer.Order ?? order ?? "", answer.Link, 1)] }
            : HandOver(question, "order-unavailable", Phrases.In(question.Language).HandOver);

    /// <summary>The text of the intent that fits the message best; of an unknown intent, the text that fits well enough.</summary>
    private async Task<AssistReply?> FromFaqAsync(AssistQuestion question, string? intent, CancellationToken cancellationToken)
    {
        var faq = question.Model.Faq;
        var hits = await texts.FindAsync(question, Searched, cancellationToken);
        if (intent is not null && faq.Of(intent, question.Language).ToList() is { Count: > 0 } own)
        {
            var best = hits.FirstOrDefault(hit => own.Contains(hit.Entry));
            return Cite(best.Entry ?? own[0], best.Entry is null ? question.Judgement.Probabilities.Max() : best.Score);
        }
        return hits.Count > 0 && hits[0].Score >= options.Value.MinFaqScore ? Cite(hits[0].Entry, hits[0].Score) : null;
    }

    private static AssistReply Cite(FaqEntry entry, double score) => new("faq", entry.Answer) { Citations = [new Citation("faq", entry.Question, entry.Link, Math.Round(score, 3))] };

    private async Task<AssistReply?> ProductsAsync(AssistQuestion question, CancellationToken cancellationToken)
    {
        if (question.IsShadow)
            return new AssistReply("products", "");
        foreach (var finder in products)
        {
            var found = await finder.FindAsync(question.Store, question.Message, question.User, question.Conversation.Id, options.Value.Products, cancellationToken);
            if (found.Count > 0)
                return new AssistReply("products", Phrases.In(question.Language).Products) { Products = found };
        }
        return null;
    }

    private AssistReply AskBack(AssistQuestion question, Phrases phrases)
    {
        if (question.Conversation.Unsure + 1 >= options.Value.MostUnsure)
            return HandOver(question, "unsure", phrases.HandOver) with { IsUnderstood = false };
        var intents = question.IsOutOfScope ? [] : question.Likeliest(Suggested, LeastSuggested);
        var text = intents.Count == 0 ? phrases.AskBack : string.Format(null, phrases.AskBackAbout, string.Join(", ", intents.Select(name => name.Replace('_', ' '))));
        return new AssistReply("ask-back", text) { Suggestions = intents, IsUnderstood = false };
    }

    private AssistReply HandOver(AssistQuestion question, string reason, string text) =>
        new("hand-over", text) { HandOver = new HandOver(reason, Phrases.Summary(question.Conversation, question.Message, question.Intent(options.Value))) };
}
