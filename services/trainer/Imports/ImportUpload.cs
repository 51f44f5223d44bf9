using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace ModelOps.Trainer.Imports;

/// <summary>Streams an upload's parts to a folder; nothing is held in memory.</summary>
public static class ImportUpload
{
    private const string Remedy = "Send curl -F weights=@model.safetensors -F architecture=@architecture.json [-F items=@items.txt].";

    /// <exception cref="ImportException">The body is no such upload.</exception>
    public static async Task ReceiveAsync(HttpRequest request, string folder, CancellationToken cancellationToken)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
            || HeaderUtilities.RemoveQuotes(type.Boundary).Value is not { Length: > 0 } boundary)
            throw new ImportException($"The body is not multipart/form-data. {Remedy}");
        var reader = new MultipartReader(boundary, request.Body);
        try
        {
            while (await reader.ReadNextSectionAsync(cancellationToken) is { } section)
                await SaveAsync(section, folder, cancellationToken);
        }
        catch (Exception exception) when (exception is InvalidDataException || (exception is IOException && exception.Message.Contains("unexpected end", StringComparison.OrdinalIgnoreCase)))
        {
            throw new ImportException($"The multipart body ends too early or is malformed: {exception.Message}");
        }
        foreach (var (part, file) in ImportFiles.ByPart.Where(part => part.Value != ImportFiles.Items))
        {
            if (!File.Exists(Path.Combine(folder, file)))
                throw new ImportException($"The upload has no part '{part}'. {Remedy}");
        }
    }

    private static async Task SaveAsync(MultipartSection section, string folder, CancellationToken cancellationToken)
    {
        var part = section.GetContentDispositionHeader() is { } disposition ? HeaderUtilities.RemoveQuotes(disposition.Name).Value : null;
        if (part is null || !ImportFiles.ByPart.TryGetValue(part, out var file))
            throw new ImportException($"The part '{part}' is not known. {Remedy}");
        await using var target = File.Create(Path.Combine(folder, file));
        await section.Body.CopyToAsync(target, cancellationToken);
    }
}
