using System.Security.Cryptography;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using ModelOps.DataPrep.Mapping;

namespace ModelOps.DataPrep.Sources;

/// <summary>An upload: parts named after the kinds of tables (each repeatable) and <c>mapping</c>.</summary>
internal sealed record Upload(IReadOnlyList<UploadedFile> Files, string? Mapping)
{
    private const int CopyBuffer = 128 * 1024;

    /// <summary>Streams a multipart body to <paramref name="folder"/>; nothing is held in memory.</summary>
    /// <exception cref="UploadException">The body is not such an upload.</exception>
    public static async Task<Upload> ReceiveAsync(HttpRequest request, string folder, CancellationToken cancellationToken)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
            || HeaderUtilities.RemoveQuotes(type.Boundary).Value is not { Length: > 0 } boundary)
            throw new UploadException("Send the files as multipart/form-data, for example: curl -F events=@events.csv.");

        var reader = new MultipartReader(boundary, request.Body);
        var files = new List<UploadedFile>();
        string? mapping = null;
        try
        {
            while (await reader.ReadNextSectionAsync(cancellationToken) is { } section)
            {
                if (section.GetContentDispositionHeader() is not { } disposition)
                    continue;
                var part = HeaderUtilities.RemoveQuotes(disposition.Name).Value;
                if (part == "mapping")
                    mapping = await section.ReadAsStringAsync(cancellationToken);
                else
                    files.Add(await SaveAsync(section, KindOf(part), FileName(disposition), folder, files.Count, cancellationToken));
            }
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException { InnerException: null } and not FileNotFoundException && exception.Message.Contains("boundary", StringComparison.OrdinalIgnoreCase))
        {
            throw new UploadException($"The multipart body ends too early: {exception.Message}");
        }
        return files.Count > 0 ? new Upload(files, mapping) : throw new UploadException("The upload has no file. Send at least one part named events, for example: curl -F events=@events.csv.");
    }

    /// <summary>The kind that a part's or a request's word means; conventions' own words for the same things are taken too.</summary>
    /// <exception cref="UploadException">There is no such kind.</exception>
    internal static SourceKind KindOf(string? word) => word switch
    {
        "file" => SourceKind.Events, // a sample whose kind is asked for
        "catalogue" or "catalog" => SourceKind.Products,
        "queries" => SourceKind.Judgements,
        _ when TableSchema.All.FirstOrDefault(schema => schema.Part == word) is { } schema => schema.Kind,
        _ => throw new UploadException($"The part '{word}' is not known. Parts are named {string.Join(", ", TableSchema.All.Select(schema => schema.Part))} or mapping."),
    };

    private static string FileName(ContentDispositionHeaderValue disposition) =>
        Path.GetFileName(HeaderUtilities.RemoveQuotes(disposition.FileNameStar.HasValue ? disposition.FileNameStar : disposition.FileName).Value ?? "file");

    private static async Task<UploadedFile> SaveAsync(MultipartSection section, SourceKind kind, string name, string folder, int number, CancellationToken cancellationToken)
    {
        var path = Path.Combine(folder, $"{number:D5}.source");
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        long bytes = 0;
        await using (var target = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, CopyBuffer, useAsync: true))
        {
            var buffer = new byte[CopyBuffer];
            int read;
            while ((read = await section.Body.ReadAsync(buffer, cancellationToken)) > 0)
            {
                hash.AppendData(buffer, 0, read);
                await target.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
                bytes += read;
            }
        }
        if (bytes == 0)
            throw new UploadException($"The file '{name}' ({kind.ToString().ToLowerInvariant()}) is empty: 0 bytes arrived.");
        return new UploadedFile(kind, name, path, bytes, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }
}
