using System.Text.Json;

namespace ModelOps.Features;

/// <summary>How events become a model's input and its output a ranking: <c>schema.json</c>.</summary>
/// <param name="Length">Columns of the input: the items of a history that the model looks at.</param>
/// <param name="ExcludeSeen">True where an item that is in a shopper's history is not recommended again.</param>
/// <param name="RepeatRate">Share of validation targets that were in the shopper's history already, 0..1.</param>
/// <param name="Events">Names of the events that feed the history.</param>
/// <param name="CountedEvents">Names of the events that raise a shopper's own count of an item, for <see cref="Fusion"/>.</param>
/// <param name="EventCursor">Events of the event log up to this position are inside the package.</param>
/// <param name="Fusion">How a shopper's own counts join the scores; null where repeats are not recommended.</param>
public sealed record FeatureSchema(
    int Length,
    bool ExcludeSeen,
    double RepeatRate,
    IReadOnlyList<string> Events,
    IReadOnlyList<string> CountedEvents,
    long EventCursor,
    FrequencyFusion? Fusion)
{
    /// <summary>2: the graph ranks. The graph of 1 gave the scores of all items and left exclusion and ranking to the server.</summary>
    public const int CurrentFormat = 2;

    public int Format { get; init; } = CurrentFormat;

    public async Task WriteAsync(string path, CancellationToken cancellationToken = default)
    {
        await using var file = File.Create(path);
        await JsonSerializer.SerializeAsync(file, this, PackageJson.Indented, cancellationToken);
    }

    /// <exception cref="InvalidDataException">The file is of another format, or no schema.</exception>
    public static async Task<FeatureSchema> ReadAsync(string path, CancellationToken cancellationToken = default)
    {
        await using var file = File.OpenRead(path);
        var schema = await JsonSerializer.DeserializeAsync<FeatureSchema>(file, PackageJson.Indented, cancellationToken)
            ?? throw new InvalidDataException($"{path} is empty. Train and register the model again.");
        if (schema.Format != CurrentFormat || schema.Length < 1)
            throw new InvalidDataException($"{path} has package format {schema.Format} and length {schema.Length}; this build reads format {CurrentFormat} and lengths from 1. {Remedy(schema)}");
        return schema;
    }

    private static string Remedy(FeatureSchema schema) => schema.Format > CurrentFormat
        ? "Deploy a newer build."
        : "Run the pipeline again: a new version has the new format. Until then the build that wrote this one serves it.";
}
