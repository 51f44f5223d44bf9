using System.Text.Encodings.Web;
using System.Text.Json;

namespace ModelOps.Features.Text.Tokenizers;

/// <summary>Reads the files that published models bring: <c>tokenizer.json</c>; else <c>vocab.txt</c> (WordPiece), or <c>vocab.json</c> with <c>merges.txt</c> (byte-level BPE).</summary>
public static class TokenizerFiles
{
    public const string Tokenizer = "tokenizer.json", Vocabulary = "vocab.txt", BpeVocabulary = "vocab.json", BpeMerges = "merges.txt", Config = "tokenizer_config.json";

    private const string Remedy = "Take the model's own files; WordPiece and byte-level BPE are read.";

    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The tokenizer of a folder.</summary>
    /// <exception cref="InvalidDataException">There is none, or none that can be read.</exception>
    public static Tokenizer Read(string folder)
    {
        string Path(string name) => System.IO.Path.Combine(folder, name);
        try
        {
            if (File.Exists(Path(Tokenizer)))
                return Parse(File.ReadAllBytes(Path(Tokenizer)));
            if (File.Exists(Path(Vocabulary)))
                return new WordPiece(File.ReadAllText(Path(Vocabulary)).Split('\n').Select(line => line.TrimEnd('\r')).Where((line, at) => line.Length > 0).ToList(), BasicTextOf(Path(Config)));
            if (File.Exists(Path(BpeVocabulary)) && File.Exists(Path(BpeMerges)))
                return ReadBpe(Path(BpeVocabulary), Path(BpeMerges));
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new InvalidDataException($"The tokenizer in {folder} cannot be read: {exception.Message} {Remedy}", exception);
        }
        throw new InvalidDataException($"{folder} has neither {Tokenizer}, nor {Vocabulary}, nor {BpeVocabulary} with {BpeMerges}. {Remedy}");
    }

    /// <summary>A <c>tokenizer.json</c>.</summary>
    /// <exception cref="InvalidDataException">It is of a kind that is not read.</exception>
    public static Tokenizer Parse(ReadOnlyMemory<byte> json)
    {
        using var file = JsonDocument.Parse(json);
        var model = file.RootElement.GetProperty("model");
        var type = model.TryGetProperty("type", out var given) ? given.GetString() : model.TryGetProperty("merges", out _) ? "BPE" : "WordPiece";
        return type switch
        {
            "WordPiece" => WordPiece.Read(file.RootElement),
            "BPE" => ByteLevelBpe.Read(file.RootElement),
            _ => throw new InvalidDataException($"The tokenizer is of the type {type}. {Remedy}"),
        };
    }

    internal static void Write(string path, object file)
    {
        using var stream = File.Create(path);
        JsonSerializer.Serialize(stream, file, Json);
    }

    /// <summary>By number; those that were added later too.</summary>
    internal static IReadOnlyList<string> TokensOf(JsonElement file)
    {
        var numbers = file.GetProperty("model").GetProperty("vocab").EnumerateObject().Select(token => (token.Name, Id: token.Value.GetInt32()));
        if (file.TryGetProperty("added_tokens", out var added) && added.ValueKind == JsonValueKind.Array)
            numbers = numbers.Concat(added.EnumerateArray().Select(token => (Name: token.GetProperty("content").GetString()!, Id: token.GetProperty("id").GetInt32())));
        return InOrder(numbers.Distinct());
    }

    /// <summary>As texts, or as pairs in later versions of the format.</summary>
    internal static IReadOnlyList<(string, string)> MergesOf(JsonElement merges) => [.. merges.EnumerateArray().Select(merge => merge.ValueKind == JsonValueKind.Array ? (merge[0].GetString()!, merge[1].GetString()!) : PairOf(merge.GetString()!))];

    private static ByteLevelBpe ReadBpe(string vocabulary, string merges)
    {
        using var file = JsonDocument.Parse(File.ReadAllBytes(vocabulary));
        return new ByteLevelBpe(
            InOrder(file.RootElement.EnumerateObject().Select(token => (token.Name, token.Value.GetInt32()))),
            [.. File.ReadLines(merges).Where(line => line.Length > 0 && !line.StartsWith("#version", StringComparison.Ordinal)).Select(PairOf)]);
    }

    private static (string, string) PairOf(string merge) => merge.Split(' ') is [var left, var right] ? (left, right) : throw new InvalidDataException($"'{merge}' in the merges is not two tokens and a space between them. {Remedy}");

    private static string[] InOrder(IEnumerable<(string Name, int Id)> numbers)
    {
        var all = numbers.OrderBy(token => token.Id).ToList();
        for (var id = 0; id < all.Count; id++)
        {
            if (all[id].Id != id)
                throw new InvalidDataException($"The vocabulary has {all.Count} tokens, and none is number {id}, or two are. {Remedy}");
        }
        return [.. all.Select(token => token.Name)];
    }

    /// <summary>As Hugging Face's BERT has it where the file says nothing: uncased.</summary>
    private static BasicText BasicTextOf(string config)
    {
        if (!File.Exists(config))
            return new BasicText();
        using var file = JsonDocument.Parse(File.ReadAllBytes(config));
        bool? Flag(string name) => file.RootElement.TryGetProperty(name, out var flag) && flag.ValueKind is JsonValueKind.True or JsonValueKind.False ? flag.GetBoolean() : null;
        var lower = Flag("do_lower_case") ?? true;
        return new BasicText(lower, Flag("strip_accents") ?? lower, Flag("tokenize_chinese_chars") ?? true);
    }
}
