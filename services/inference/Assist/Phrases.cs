using ModelOps.Contracts.Predictions;

namespace ModelOps.Inference.Assist;

/// <summary>The assistant's own words, where the shop has no text of its own.</summary>
internal sealed record Phrases(string AskBack, string AskBackAbout, string HandOver, string Products, string NoAnswer)
{
    private static readonly Phrases English = new(
        "I am not sure that I understand. Could you say it in other words?",
        "I am not sure that I understand. Is it about one of these: {0}?",
        "I will pass you on to a colleague, who sees what you wrote.",
        "These may suit you:",
        "I have no answer to that.");

    private static readonly Phrases Chinese = new(
        "抱歉，我没有完全理解。您能换个说法吗？",
        "抱歉，我没有完全理解。您想问的是以下问题吗：{0}？",
        "我为您转接人工客服，客服人员可以看到您写的内容。",
        "为您推荐以下商品：",
        "这个问题我暂时没有答案。");

    public static Phrases In(string language) => language == "zh" ? Chinese : English;

    /// <summary>For the person who goes on: what was said, oldest first.</summary>
    public static string Summary(Conversation conversation, string message, AssistIntent intent) => string.Join('\n',
    [
        .. conversation.Turns.SelectMany(turn => new[] { $"Customer: {turn.Message}", $"Assistant: {turn.Answer}" }),
        $"Customer: {Conversation.Short(message)}",
        intent.Name is null ? "Intent: not known" : FormattableString.Invariant($"Intent: {intent.Name} ({intent.Confidence:p0})"),
    ]);
}
