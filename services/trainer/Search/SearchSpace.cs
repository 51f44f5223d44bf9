using System.Text.Json;
using ModelOps.Trainer.Training;

namespace ModelOps.Trainer.Search;

/// <summary>The values that a search may try, by parameter: a list, or a range that is drawn from evenly or by its logarithm.</summary>
public sealed class SearchSpace
{
    private const int Draws = 50;

    /// <summary>What a network learns with. The rest decides what is learned or how it is measured, so trials would not be comparable.</summary>
    private static readonly HashSet<string> Searchable =
    [
        "architecture", "length", "dimensions", "blocks", "heads", "dropout", "itemFeatures", "loss", "negatives", "negativePopularity", "calibration", "batchSize",
        "optimizer", "learningRate", "weightDecay", "schedule", "warmupSteps", "clipNorm", "halfLifeDays",
    ];

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow };

    private readonly IReadOnlyDictionary<string, JsonElement> given;
    private readonly Dictionary<string, Func<Random, JsonElement>> axes = [];

    private SearchSpace(IReadOnlyDictionary<string, JsonElement> given) => this.given = given;

    /// <summary>The space of a run's parameters, whose <c>search</c> is there.</summary>
    /// <param name="errors">What is wrong, in words; empty where the space can be searched.</param>
    public static SearchSpace Of(IReadOnlyDictionary<string, JsonElement> parameters, out List<string> errors)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        errors = [];
        var space = new SearchSpace(parameters.Where(pair => pair.Key != "search").ToDictionary());
        if (parameters["search"] is not { ValueKind: JsonValueKind.Object } search || !search.EnumerateObject().Any())
        {
            errors.Add("Give the parameters to search, each with a list of values or a range, as in {\"learningRate\": {\"min\": 0.0003, \"max\": 0.01, \"scale\": \"log\"}, \"dimensions\": [32, 64]}.");
            return space;
        }
        foreach (var axis in search.EnumerateObject())
            space.Add(axis, errors);
        return space;
    }

    /// <summary>The setting of a trial, the same for the same number; the first is the run's own parameters. Null when all that was drawn is <paramref name="tried"/>.</summary>
    public Dictionary<string, JsonElement>? Draw(int seed, int number, IEnumerable<IReadOnlyDictionary<string, JsonElement>> tried)
    {
        if (number == 0)
            return [];
        var before = tried.Select(KeyOf).ToHashSet();
        var random = new Random(unchecked(seed * 1_000_003 + number));
        for (var draw = 0; draw < Draws; draw++)
        {
            var setting = axes.ToDictionary(axis => axis.Key, axis => axis.Value(random));
            if (!before.Contains(KeyOf(setting)) && TrainingParameters.Parse(Over(setting), out _) is not null)
                return setting;
        }
        return null;
    }

    private static string KeyOf(IReadOnlyDictionary<string, JsonElement> setting) => string.Join(';', setting.OrderBy(pair => pair.Key).Select(pair => $"{pair.Key}={pair.Value.GetRawText()}"));

    private Dictionary<string, JsonElement> Over(IReadOnlyDictionary<string, JsonElement> setting)
    {
        var all = new Dictionary<string, JsonElement>(given);
        foreach (var (name, value) in setting)
            all[name] = value;
        return all;
    }

    private void Add(JsonProperty axis, List<string> errors)
    {
        if (!Searchable.Contains(axis.Name))
        {
            errors.Add($"'{axis.Name}' cannot be searched. These can: {string.Join(", ", Searchable.Order())}.");
            return;
        }
        var ends = axis.Value.ValueKind == JsonValueKind.Array ? Choice(axis) : Range(axis, errors);
        foreach (var value in ends)
        {
            TrainingParameters.Parse(Over(new Dictionary<string, JsonElement> { [axis.Name] = value }), out var wrong);
            if (wrong.TryGetValue(axis.Name, out var why))
                errors.Add($"{axis.Name} {value.GetRawText()}: {string.Join(" ", why)}");
        }
        if (ends.Length == 0 && errors.Count == 0)
            errors.Add($"'{axis.Name}' has no values. Give at least one.");
    }

    private JsonElement[] Choice(JsonProperty axis)
    {
        var values = axis.Value.EnumerateArray().Select(value => value.Clone()).ToArray();
        axes[axis.Name] = random => values[random.Next(values.Length)];
        return values;
    }

    private JsonElement[] Range(JsonProperty axis, List<string> errors)
    {
        var range = TryRead(axis.Value);
        if (range is not { Min: { } min, Max: { } max, Scale: "linear" or "log" } || min > max || (range.Scale == "log" && min <= 0))
        {
            errors.Add($"'{axis.Name}' needs a list of values, or min and max, min no more than max, and perhaps scale: linear or log (then min above 0).");
            return [];
        }
        var whole = typeof(TrainingParameters).GetProperty(axis.Name, System.Reflection.BindingFlags.IgnoreCase | System.Reflection.BindingFlags.Public | System.Reflection.BindingFlags.Instance)!.PropertyType == typeof(int);
        axes[axis.Name] = random => At(random.NextDouble());
        return [At(0), At(1)];

        JsonElement At(double share)
        {
            var value = range.Scale == "log" ? Math.Exp(Math.Log(min) + share * Math.Log(max / min)) : min + share * (max - min);
            return whole ? JsonSerializer.SerializeToElement((int)Math.Round(value)) : JsonSerializer.SerializeToElement(Rounded(value));
        }
    }

    /// <summary>Four digits say all that matters, and can be read.</summary>
    private static double Rounded(double value) => double.Parse(value.ToString("g4", System.Globalization.CultureInfo.InvariantCulture), System.Globalization.CultureInfo.InvariantCulture);

    private static ValueRange? TryRead(JsonElement json)
    {
        try
        {
            return json.ValueKind == JsonValueKind.Object ? json.Deserialize<ValueRange>(Json) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private sealed record ValueRange(double? Min, double? Max, string Scale = "linear");
}
