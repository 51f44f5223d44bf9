using ModelOps.Contracts;
using ModelOps.Contracts.Predictions;
using ModelOps.Features.Assist;

namespace ModelOps.Inference.Assist;

/// <summary>A message, and what is understood of it.</summary>
/// <param name="Language"><c>en</c> or <c>zh</c>.</param>
internal sealed record AssistQuestion(StoreId Store, AssistModel Model, string Message, string? User, Conversation Conversation, string Language, Judgement Judgement)
{
    /// <summary>Whether a version on trial is asked beside the one that answers: then neither the order system nor a search hears of it.</summary>
    public bool IsShadow { get; private init; }

    /// <summary>The same message, asked of a version on trial.</summary>
    public AssistQuestion AskedOf(AssistModel model, Judgement judgement) => this with { Model = model, Judgement = judgement, IsShadow = true };

    public bool IsOutOfScope => Judgement.OutOfScope >= Model.Settings.Scope.Threshold;

    /// <summary>The intent, where it is certain enough.</summary>
    public string? Known(AssistOptions options) => !IsOutOfScope && Judgement.Probabilities[Judgement.Best] >= options.MinConfidence ? Model.Settings.Intents[Judgement.Best] : null;

    public AssistIntent Intent(AssistOptions options) => new(Known(options), Math.Round(Judgement.Probabilities[Judgement.Best], 4), Math.Round(Judgement.OutOfScope, 4));

    public IReadOnlyList<string> Likeliest(int most, double least) =>
        [.. Judgement.Probabilities.Index().Where(intent => intent.Item >= least).OrderByDescending(intent => intent.Item).Take(most).Select(intent => Model.Settings.Intents[intent.Index])];
}

/// <param name="Way"><c>faq</c>, <c>order</c>, <c>products</c>, <c>ask-back</c> or <c>hand-over</c>.</param>
internal sealed record AssistReply(string Way, string Text)
{
    public IReadOnlyList<Citation> Citations { get; init; } = [];

    public IReadOnlyList<AssistProduct> Products { get; init; } = [];

    public IReadOnlyList<string> Suggestions { get; init; } = [];

    public HandOver? HandOver { get; init; }

    /// <summary>What another version's reply is held against: the way, and the shop's text that is cited.</summary>
    public IReadOnlyList<string> Compared => Way == "faq" ? [$"faq: {Citations[0].Title}"] : [Citations.Count == 0 && HandOver?.Reason == "order-unavailable" ? "order" : Way];

    public bool IsUnderstood { get; init; } = true;
}
