using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using ModelOps.Trainer.Imports;

namespace ModelOps.Trainer.Texts;

/// <summary>The shape of a text network: <c>config.json</c>, in the words of the checkpoints' own files.</summary>
/// <param name="Kind"><c>bert</c>, <c>roberta</c> or <c>gpt2</c>.</param>
/// <param name="Inner">Dimensions inside the feed-forward layer.</param>
/// <param name="MaxTokens">Of a text: positions that the network knows.</param>
/// <param name="Activation">There: <c>gelu</c> by erf, <c>gelu_new</c> by tanh, or <c>relu</c>.</param>
/// <param name="Epsilon">Of the layer normalisations.</param>
public sealed record TextConfig(string Kind, int Vocabulary, int Dimensions, int Layers, int Heads, int Inner, int MaxTokens, string Activation = "gelu", float Epsilon = 1e-12f, double Dropout = 0.1)
{
    public const string FileName = "config.json", BertKind = "bert", RobertaKind = "roberta", Gpt2Kind = "gpt2";

    private static readonly string[] Activations = ["gelu", "gelu_new", "gelu_pytorch_tanh", "relu"];

    /// <summary>Kinds of segments that an encoder tells apart; a pair needs two.</summary>
    public int Segments { get; init; } = 2;

    /// <summary>Rows of the position table before that of the first token; RoBERTa leaves two free.</summary>
    public int FirstPosition { get; init; }

    public bool IsTanhGelu => Activation is "gelu_new" or "gelu_pytorch_tanh";

    /// <exception cref="ImportException">The file is missing, is no JSON, or describes what is not built here.</exception>
    public static TextConfig Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
            throw new ImportException($"The checkpoint has no '{FileName}'. Bring the model's own: it says how many layers, heads and dimensions there are.");
        try
        {
            using var file = JsonDocument.Parse(File.ReadAllBytes(path));
            return Checked(Of(file.RootElement));
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new ImportException($"'{FileName}' cannot be read: {exception.Message} Bring the model's own.");
        }
    }

    public void Write(string folder)
    {
        object file = Kind == Gpt2Kind
            ? new { model_type = Kind, vocab_size = Vocabulary, n_embd = Dimensions, n_layer = Layers, n_head = Heads, n_inner = Inner, n_positions = MaxTokens, activation_function = Activation, layer_norm_epsilon = Epsilon, resid_pdrop = Dropout }
            : new { model_type = Kind, vocab_size = Vocabulary, hidden_size = Dimensions, num_hidden_layers = Layers, num_attention_heads = Heads, intermediate_size = Inner, max_position_embeddings = MaxTokens + FirstPosition, type_vocab_size = Segments, hidden_act = Activation, layer_norm_eps = Epsilon, hidden_dropout_prob = Dropout };
        File.WriteAllText(Path.Combine(folder, FileName), JsonSerializer.Serialize(file));
    }

    private static TextConfig Of(JsonElement file)
    {
        var kind = file.GetProperty("model_type").GetString()!;
        int Whole(string name) => file.GetProperty(name).GetInt32();
        T Or<T>(string name, Func<JsonElement, T> read, T otherwise) => file.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.Number or JsonValueKind.String ? read(value) : otherwise;
        if (file.TryGetProperty("position_embedding_type", out var places) && places.GetString() is var way and not ("absolute" or null))
            throw new ImportException($"The network's positions are '{way}'; only absolute ones are built here.");
        switch (kind)
        {
            case BertKind or RobertaKind:
                var first = kind == RobertaKind ? Or("pad_token_id", value => value.GetInt32(), 1) + 1 : 0;
                return new TextConfig(kind, Whole("vocab_size"), Whole("hidden_size"), Whole("num_hidden_layers"), Whole("num_attention_heads"), Whole("intermediate_size"), Whole("max_position_embeddings") - first,
                    Or("hidden_act", value => value.GetString()!, "gelu"), Or("layer_norm_eps", value => value.GetSingle(), 1e-12f), Or("hidden_dropout_prob", value => value.GetDouble(), 0.1))
                { Segments = Or("type_vocab_size", value => value.GetInt32(), 2), FirstPosition = first };
            case Gpt2Kind:
                return new TextConfig(kind, Whole("vocab_size"), Whole("n_embd"), Whole("n_layer"), Whole("n_head"), Or("n_inner", value => value.GetInt32(), 4 * Whole("n_embd")), Whole("n_positions"),
                    Or("activation_function", value => value.GetString()!, "gelu_new"), Or("layer_norm_epsilon", value => value.GetSingle(), 1e-5f), Or("resid_pdrop", value => value.GetDouble(), 0.1));
            default:
                throw new ImportException($"The model's type is '{kind}'. Text networks of the types {BertKind}, {RobertaKind} and {Gpt2Kind} are built here.");
        }
    }

    private static TextConfig Checked(TextConfig config)
    {
        int[] sizes = [config.Vocabulary, config.Dimensions, config.Layers, config.Heads, config.Inner, config.MaxTokens];
        if (sizes.Any(size => size < 1) || config.Dimensions % config.Heads != 0)
            throw new ImportException($"'{FileName}' says {config.Layers} layers, {config.Dimensions} dimensions, {config.Heads} heads, {config.Vocabulary} tokens and {config.MaxTokens} positions; each must be above 0, and the heads must share the dimensions evenly.");
        return Activations.Contains(config.Activation) ? config : throw new ImportException($"The activation is '{config.Activation}'; known are {string.Join(", ", Activations)}.");
    }
}
