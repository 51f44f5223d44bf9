using System.Text.Json.Serialization;

namespace ModelOps.Contracts.Predictions;

/// <summary>What a customer writes.</summary>
/// <param name="Message">1 to 10,000 characters, of any language; answers are in English or Chinese.</param>
/// <param name="User">The shop's own id of the customer, as the shop knows it, not as the customer says it.</param>
/// <param name="Conversation">From the last answer, so that this message goes on from it.</param>
/// <param name="Model">A registered model, its <c>champion</c> answers; <c>assist</c> when absent.</param>
public sealed record AssistRequest(string? Message, string? User = null, string? Conversation = null, string? Model = null);

/// <param name="Conversation">Send it with the customer's next message; it is kept for half an hour.</param>
/// <param name="Intent">What the customer wants, as far as it is known.</param>
/// <param name="Answer">In the message's language.</param>
/// <param name="Citations">Where the answer is from; empty where it is the assistant's own words.</param>
/// <param name="Products">Where products were asked for.</param>
/// <param name="HandOver">Not null when a person should go on.</param>
/// <param name="Suggestions">Intents that may be meant, where the assistant asks back.</param>
/// <param name="Wording"><c>text</c>: the shop's own. <c>model</c>: worded by a language model from the citations.</param>
/// <param name="Token">Send it back with events that follow from this answer.</param>
public sealed record AssistResponse(
    string Conversation,
    AssistIntent Intent,
    string Answer,
    IReadOnlyList<Citation> Citations,
    IReadOnlyList<AssistProduct> Products,
    HandOver? HandOver,
    IReadOnlyList<string> Suggestions,
    string Language,
    string Wording,
    ModelReference Model,
    string Token,
    string Arm);

/// <param name="Name">Null where the message is about none of the intents.</param>
/// <param name="Confidence">Calibrated: of messages with .8, eight of ten are right.</param>
/// <param name="OutOfScope">The probability that the message is about something else.</param>
public sealed record AssistIntent(string? Name, double Confidence, double OutOfScope);

/// <param name="Source"><c>faq</c> or <c>order</c>.</param>
/// <param name="Title">The FAQ's question, or the order's number.</param>
/// <param name="Score">0 to 1: how well it fits the message.</param>
public sealed record Citation(string Source, string Title, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Link, double Score);

public sealed record AssistProduct(string Id, string? Title, double? Price);

/// <param name="Reason"><c>asked</c>: for a person. <c>unsure</c>: not understood, twice. <c>no-answer</c>: understood, but the shop has no text for it. <c>order-unavailable</c>: the shop's order system does not answer.</param>
/// <param name="Summary">For the person who goes on: what was said and understood.</param>
public sealed record HandOver(string Reason, string Summary);

/// <summary>Asks a message classifier for the classes of texts.</summary>
/// <param name="Texts">1 to 256, each up to 10,000 characters.</param>
public sealed record ClassifyRequest(string? Model, IReadOnlyList<string>? Texts);

/// <param name="Results">In the order of the texts.</param>
public sealed record ClassifyResponse(ModelReference Model, IReadOnlyList<Classification> Results);

/// <param name="Probabilities">The likeliest five, by name.</param>
public sealed record Classification(string Label, double Confidence, double OutOfScope, bool IsOutOfScope, IReadOnlyDictionary<string, double> Probabilities);
