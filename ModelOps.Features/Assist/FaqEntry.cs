using System.Text.Json;

namespace ModelOps.Features.Assist;

/// <summary>A question that customers have, and the shop's answer.</summary>
/// <param name="Category">The name of an intent, or any other grouping.</param>
/// <param name="Link">Where the shop says it in full.</param>
public sealed record FaqEntry(string Question, string Answer, string? Category = null, string? Language = null, string? Link = null)
{
    public static async Task WriteAsync(string path, IEnumerable<FaqEntry> entries)
    {
        await using var writer = new StreamWriter(path) { NewLine = "\n" };
        foreach (var entry in entries)
            await writer.WriteLineAsync(JsonSerializer.Serialize(entry, PackageJson.Line));
    }

    /// <exception cref="InvalidDataException">A line is no entry.</exception>
    public static async Task<IReadOnlyList<FaqEntry>> ReadAsync(string path, CancellationToken cancellationToken = default)
    {
        try
        {
            return [.. (await File.ReadAllLinesAsync(path, cancellationToken)).Where(line => line.Length > 0).Select(line =>
                JsonSerializer.Deserialize<FaqEntry>(line, PackageJson.Line) is { Question: not null, Answer: not null } entry ? entry : throw new InvalidDataException($"A line of {PackageFiles.Faq} has no question or answer."))];
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"{PackageFiles.Faq} is not valid: {exception.Message} Train and register the model again.", exception);
        }
    }
}
