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
    public const int CurrentFormat = 1;

    public int Format { get; init; } = CurrentFormat;

    public async Task WriteAsync(string path, CancellationToken cancellationToken = default)
    {
        await using var file = File.Create(path);
        await JsonSerializer.SerializeAsync(file, this, PackageJson.Indented, cancellationToken);
    }

    /// <exception cref="InvalidDataException">The file is of a newer format, or no schema.</exception>
    public static async Task<FeatureSchema> ReadAsync(string path, CancellationToken cancellationToken = default)
    {
        await using var file = File.OpenRead(path);
        var schema = await JsonSerializer.DeserializeAsync<FeatureSchema>(file, PackageJson.Indented, cancellationToken)
            ?? throw new InvalidDataException($"{path} is empty. Train and register the model again.");
        if (schema.Format > CurrentFormat || schema.Length < 1)
            throw new InvalidDataException($"{path} has format {schema.Format} and length {schema.Length}; this build reads formats up to {CurrentFormat} and lengths from 1. Deploy a newer build or train again.");
        return schema;
    }
}
