using System.Text.Json;

namespace ModelOps.Features.Text;

/// <summary>What a package of a text network is for: <c>encoder.json</c>, beside <c>model.onnx</c>, <c>tokenizer.json</c> and, where it answers alike, <c>model.int8.onnx</c>.</summary>
/// <param name="Kind">See <see cref="EncoderKind"/>.</param>
/// <param name="Outputs">Dimensions of a vector, labels, or tokens to choose the next of.</param>
/// <param name="MaxTokens">Of a text, special tokens included; a longer one is cut or refused.</param>
/// <param name="Origin">Where the language was learned: <see cref="SelfPretrained"/>, or a checkpoint's name.</param>
/// <param name="Labels">By output, of a classifier; else none.</param>
public sealed record EncoderDescription(string Kind, int Outputs, int MaxTokens, string Origin, IReadOnlyList<string> Labels)
{
    public const int CurrentFormat = 1;

    /// <summary>From the shop's own text alone.</summary>
    public const string SelfPretrained = "self-pretrained";

    public int Format { get; init; } = CurrentFormat;

    public void Write(string folder) => File.WriteAllText(Path.Combine(folder, PackageFiles.Encoder), JsonSerializer.Serialize(this, PackageJson.Indented));

    /// <exception cref="InvalidDataException">The file is of another format, or no description.</exception>
    public static EncoderDescription Read(string folder, string file = PackageFiles.Encoder)
    {
        var path = Path.Combine(folder, file);
        try
        {
            var read = JsonSerializer.Deserialize<EncoderDescription>(File.ReadAllText(path), PackageJson.Indented);
            if (read is { Format: CurrentFormat, Outputs: > 0, MaxTokens: > 3, Labels: not null } && EncoderKind.All.Contains(read.Kind) && (read.Kind != EncoderKind.Classify || read.Labels.Count == read.Outputs))
                return read;
            throw new InvalidDataException($"{path} has the format {read?.Format} and the kind '{read?.Kind}'; this build reads format {CurrentFormat} and the kinds {string.Join(", ", EncoderKind.All)}, with a label for each output of {EncoderKind.Classify}. Train and register the model again.");
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"{path} cannot be read: {exception.Message} Train and register the model again.", exception);
        }
    }
}

/// <summary>What a text network answers.</summary>
public static class EncoderKind
{
    /// <summary>A vector for a text.</summary>
    public const string Embed = "embed";

    /// <summary>A score for a query with a text.</summary>
    public const string Rerank = "rerank";

    /// <summary>A score for each label.</summary>
    public const string Classify = "classify";

    /// <summary>The next token of a text, so that it can be gone on with.</summary>
    public const string Generate = "generate";

    public static IReadOnlyList<string> All { get; } = [Embed, Rerank, Classify, Generate];
}
