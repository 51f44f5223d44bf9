using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace ModelOps.Trainer.Applications;

/// <summary>Parameters as a record whose properties carry default and range, and as the names and values of a request.</summary>
public static class ParameterRecord
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        NumberHandling = JsonNumberHandling.AllowReadingFromString,
    };

    public static IReadOnlyList<string> NamesOf<T>() => [.. typeof(T).GetProperties()
        .Where(property => property.GetMethod!.IsStatic is false && property.CanWrite).Select(property => JsonNamingPolicy.CamelCase.ConvertName(property.Name))];

    /// <summary>Lays <paramref name="given"/> over <paramref name="defaults"/>.</summary>
    /// <param name="errors">Every one, by parameter: names that are unknown, values that cannot be read, and those out of range. What is wrong keeps its default.</param>
    public static T Read<T>(IReadOnlyDictionary<string, JsonElement>? given, T defaults, out Dictionary<string, string[]> errors)
        where T : class
    {
        errors = [];
        given ??= new Dictionary<string, JsonElement>();
        var names = NamesOf<T>();
        foreach (var unknown in given.Keys.Except(names))
            errors[unknown] = [$"There is no parameter '{unknown}'. The parameters are: {string.Join(", ", names)}."];
        var values = JsonSerializer.SerializeToNode(defaults, Json)!.AsObject();
        var parameters = defaults;
        foreach (var (name, value) in given.Where(pair => names.Contains(pair.Key)))
        {
            var before = values[name]?.DeepClone();
            values[name] = JsonNode.Parse(value.GetRawText());
            if (TryRead<T>(values) is { } read)
            {
                parameters = read;
                continue;
            }
            errors[name] = [$"'{name}' cannot be {value.GetRawText()}. Its default is {before?.ToJsonString() ?? "null"}."];
            values[name] = before;
        }
        AddRangeErrors(parameters, errors);
        return parameters;
    }

    /// <summary>All that have a value, by name.</summary>
    public static IReadOnlyDictionary<string, JsonElement> ToDictionary<T>(T parameters) => JsonSerializer.SerializeToElement(parameters, Json)
        .EnumerateObject().Where(property => property.Value.ValueKind != JsonValueKind.Null).ToDictionary(property => property.Name, property => property.Value);

    private static T? TryRead<T>(JsonObject values)
        where T : class
    {
        try
        {
            return values.Deserialize<T>(Json);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static void AddRangeErrors<T>(T parameters, Dictionary<string, string[]> errors)
        where T : class
    {
        var found = new List<ValidationResult>();
        Validator.TryValidateObject(parameters, new ValidationContext(parameters), found, validateAllProperties: true);
        foreach (var error in found)
        {
            var property = typeof(T).GetProperty(error.MemberNames.First())!;
            var allowed = property.GetCustomAttributes(typeof(AllowedValuesAttribute), false).Cast<AllowedValuesAttribute>().FirstOrDefault();
            errors.TryAdd(JsonNamingPolicy.CamelCase.ConvertName(property.Name), [allowed is null ? error.ErrorMessage! : $"'{property.GetValue(parameters)}' is none of: {string.Join(", ", allowed.Values)}."]);
        }
    }
}
