using System.ComponentModel.DataAnnotations;

namespace ModelOps.Inference.Assist;

/// <summary>How customers are answered: the section <c>Assist</c>.</summary>
internal sealed class AssistOptions
{
    /// <summary>From this calibrated confidence on, an intent counts as known.</summary>
    [Range(0, 1)]
    public double MinConfidence { get; init; } = .5;

    /// <summary>From this score on, an entry of the FAQ answers a message whose intent is not known.</summary>
    [Range(0, 1)]
    public double MinFaqScore { get; init; } = .4;

    /// <summary>A deployed text encoder, by whose vectors the shop's texts are found beside their words; null leaves that out.</summary>
    public string? EncoderModel { get; init; }

    /// <summary>The cosine of a message and a question that counts as nothing; 1 counts as 1, and <see cref="MinFaqScore"/> is asked of what is between.</summary>
    [Range(0, .99)]
    public double LeastCosine { get; init; } = .5;

    /// <summary>What a message's vector may take, in milliseconds; when it is later, words alone find.</summary>
    [Range(1, 60_000)]
    public int EncoderMilliseconds { get; init; } = 100;

    /// <summary>Messages in a row that were not understood, after which a person goes on.</summary>
    [Range(1, 10)]
    public int MostUnsure { get; init; } = 2;

    /// <summary>How long a conversation is kept after its last message, in minutes.</summary>
    [Range(1, 1440)]
    public int ConversationMinutes { get; init; } = 30;

    /// <summary>Intents of questions about the customer's own order, which the shop's order system answers.</summary>
    public IReadOnlyList<string> OrderIntents { get; init; } = [];

    /// <summary>Intents of questions for products.</summary>
    public IReadOnlyList<string> ProductIntents { get; init; } = ["product_question"];

    /// <summary>Intents that only a person may handle.</summary>
    public IReadOnlyList<string> PersonIntents { get; init; } = ["human"];

    /// <summary>The model that finds products for words; where it finds none, the next recommends some.</summary>
    [Required]
    public string SearchModel { get; init; } = "search";

    /// <summary>The model that recommends products.</summary>
    [Required]
    public string RecommendModel { get; init; } = "recommend";

    /// <summary>Products in an answer.</summary>
    [Range(1, 20)]
    public int Products { get; init; } = 4;

    /// <summary>The shop's order system; without an address, order questions go the way of all others.</summary>
    public OrderWebhookOptions Orders { get; init; } = new();

    /// <summary>A language model that words the answers; off without an address.</summary>
    public WordingOptions Wording { get; init; } = new();
}

internal sealed class OrderWebhookOptions
{
    /// <summary>Called with a POST, by store; https, or http in <see cref="AllowedNetworks"/>.</summary>
    public IReadOnlyDictionary<string, Uri> Urls { get; init; } = new Dictionary<string, Uri>();

    /// <summary>Signs what is sent, as Standard Webhooks does, by store.</summary>
    public IReadOnlyDictionary<string, string> Secrets { get; init; } = new Dictionary<string, string>();

    /// <summary>Private networks that may be called, as 10.1.0.0/16.</summary>
    public IReadOnlyList<string> AllowedNetworks { get; init; } = [];

    /// <summary>How long the order system may take, in seconds.</summary>
    [Range(.1, 30)]
    public double TimeoutSeconds { get; init; } = 3;
}

internal sealed class WordingOptions
{
    /// <summary>An endpoint that speaks OpenAI's chat completions, as <c>https://api.openai.com/v1</c>, Azure OpenAI's <c>…/openai/v1</c>, Ollama's <c>http://localhost:11434/v1</c>, or this service's own <c>/v1</c> with a deployed decoder.</summary>
    public Uri? Url { get; init; }

    public string Model { get; init; } = "";

    public string Key { get; init; } = "";

    /// <summary>How long it may take, in seconds; then the plain answer goes out.</summary>
    [Range(.1, 60)]
    public double TimeoutSeconds { get; init; } = 5;

    /// <summary>The longest answer, in tokens.</summary>
    [Range(16, 4096)]
    public int MostTokens { get; init; } = 300;
}
