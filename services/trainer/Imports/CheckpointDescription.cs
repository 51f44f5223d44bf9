using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;
using ModelOps.Trainer.Architectures;

namespace ModelOps.Trainer.Imports;

/// <summary>What a file of weights does not say about itself: the shape of the network and which tensor is which. JSON, <c>architecture.json</c>.</summary>
public sealed record CheckpointDescription
{
    /// <summary>See <see cref="BertRecommender"/>.</summary>
    [AllowedValues("bert")] public string Architecture { get; init; } = "bert";

    /// <summary>Without the padding, which is row 0 of the item table. Further rows, such as a mask's, are left out; else all rows are items.</summary>
    [Range(1, 100_000_000)] public int? Items { get; init; }

    /// <summary>Items of a history that the network looks at: its positions.</summary>
    [Range(1, 10_000)] public int Length { get; init; } = 50;

    [Range(1, 65_536)] public int Dimensions { get; init; } = 64;

    [Range(1, 200)] public int Blocks { get; init; } = 2;

    /// <summary>Must divide <see cref="Dimensions"/>.</summary>
    [Range(1, 1024)] public int Heads { get; init; } = 2;

    /// <summary>Dimensions inside the feed-forward layer; else four times <see cref="Dimensions"/>.</summary>
    [Range(1, 1_000_000)] public int? Inner { get; init; }

    /// <summary>In the feed-forward layer; <c>gelu</c> is the exact one, by erf.</summary>
    [AllowedValues("gelu", "relu", "swish")] public string Activation { get; init; } = "gelu";

    /// <summary>Of the layer normalisations.</summary>
    [Range(0, 0.1)] public double Epsilon { get; init; } = 1e-12;

    /// <summary>
    /// The file's own names by part, over those of <see cref="Names"/>. <c>{block}</c> is the block's number from 0; all but <c>items</c>
    /// and <c>positions</c> stand for two tensors, <c>….weight</c> and <c>….bias</c>.
    /// </summary>
    public IReadOnlyDictionary<string, string> Tensors { get; init; } = new Dictionary<string, string>();

    /// <summary>The names that ICLRec, S3-Rec and their relatives save.</summary>
    public static IReadOnlyDictionary<string, string> Names { get; } = new Dictionary<string, string>
    {
        ["items"] = "item_embeddings.weight",
        ["positions"] = "position_embeddings.weight",
        ["norm"] = "LayerNorm",
        ["query"] = "item_encoder.layer.{block}.attention.query",
        ["key"] = "item_encoder.layer.{block}.attention.key",
        ["value"] = "item_encoder.layer.{block}.attention.value",
        ["output"] = "item_encoder.layer.{block}.attention.dense",
        ["attentionNorm"] = "item_encoder.layer.{block}.attention.LayerNorm",
        ["widen"] = "item_encoder.layer.{block}.intermediate.dense_1",
        ["narrow"] = "item_encoder.layer.{block}.intermediate.dense_2",
        ["forwardNorm"] = "item_encoder.layer.{block}.intermediate.LayerNorm",
    };

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, AllowDuplicateProperties = false };

    /// <exception cref="ImportException">It is no JSON, or names what does not exist; with every fault.</exception>
    public static CheckpointDescription Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            var description = JsonSerializer.Deserialize<CheckpointDescription>(json, Json) ?? throw new JsonException("It is null.");
            string[] faults = [.. description.Faults()];
            return faults.Length == 0 ? description : throw new ImportException(faults);
        }
        catch (JsonException exception)
        {
            throw new ImportException($"The description of the architecture cannot be read: {exception.Message} Its keys are: {string.Join(", ", Keys)}.");
        }
    }

    private static IEnumerable<string> Keys => typeof(CheckpointDescription).GetProperties().Where(property => property.GetMethod!.IsStatic is false).Select(property => JsonNamingPolicy.CamelCase.ConvertName(property.Name));

    /// <summary>The file's name of one of a network's weights, for example <c>query.bias</c> of block 1.</summary>
    public string NameOf(string weight, int? block)
    {
        ArgumentNullException.ThrowIfNull(weight);
        var end = weight.IndexOf('.', StringComparison.Ordinal);
        var part = end < 0 ? weight : weight[..end];
        var name = Tensors.GetValueOrDefault(part, Names[part]) + (end < 0 ? "" : weight[end..]);
        return name.Replace("{block}", $"{block}", StringComparison.Ordinal);
    }

    private IEnumerable<string> Faults()
    {
        var found = new List<ValidationResult>();
        Validator.TryValidateObject(this, new ValidationContext(this), found, validateAllProperties: true);
        foreach (var fault in found)
        {
            var property = typeof(CheckpointDescription).GetProperty(fault.MemberNames.First())!;
            var allowed = property.GetCustomAttributes(typeof(AllowedValuesAttribute), false).Cast<AllowedValuesAttribute>().FirstOrDefault();
            yield return allowed is null ? fault.ErrorMessage! : $"'{JsonNamingPolicy.CamelCase.ConvertName(property.Name)}' is '{property.GetValue(this)}', which is none of: {string.Join(", ", allowed.Values)}.";
        }
        if (Heads > 0 && Dimensions % Heads != 0)
            yield return $"{Heads} heads cannot share {Dimensions} dimensions evenly.";
        foreach (var part in Tensors.Keys.Except(Names.Keys))
            yield return $"'tensors' names the part '{part}'. The parts are: {string.Join(", ", Names.Keys)}.";
    }
}
