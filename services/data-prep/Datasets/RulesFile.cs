using System.Text.Json;
using System.Text.Json.Serialization;
using ModelOps.Contracts.Datasets;
using ModelOps.DataPrep.Checks;
using YamlDotNet.Core;
using YamlDotNet.Serialization;

namespace ModelOps.DataPrep.Datasets;

/// <summary>A dataset's rules as YAML or JSON; both have the same keys. A key that there is not is an error, not a silence.</summary>
internal static class RulesFile
{
    private static readonly JsonSerializerOptions json = new(JsonSerializerOptions.Web) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow };

    public static bool IsYaml(string? contentType) => contentType?.Contains("yaml", StringComparison.OrdinalIgnoreCase) == true;

    /// <exception cref="RulesException">The text cannot be read; the message says where.</exception>
    public static DatasetRules Parse(string text, bool isYaml)
    {
        try
        {
            // YAML's values by way of JSON, whose reader knows the records.
            return JsonSerializer.Deserialize<DatasetRules>(isYaml ? ToJson(text) : text, json) ?? new DatasetRules();
        }
        catch (YamlException exception)
        {
            throw new RulesException($"The rules are not valid YAML at line {exception.Start.Line}, column {exception.Start.Column}: {exception.InnerException?.Message ?? exception.Message}");
        }
        catch (JsonException exception)
        {
            throw new RulesException($"The rules cannot be read at '{exception.Path ?? "$"}': {exception.Message.Split(" Path:")[0]}");
        }
    }

    private static string ToJson(string yaml)
    {
        var value = new DeserializerBuilder().WithAttemptingUnquotedStringTypeDeserialization().Build().Deserialize<object?>(yaml);
        return JsonSerializer.Serialize(Plain(value));
    }

    private static object? Plain(object? value) => value switch
    {
        IDictionary<object, object?> map => map.ToDictionary(pair => Convert.ToString(pair.Key, System.Globalization.CultureInfo.InvariantCulture)!, pair => Plain(pair.Value)),
        IEnumerable<object?> list => list.Select(Plain).ToList(),
        _ => value,
    };
}
