using System.Text.Json;
using ModelOps.DataPrep.Mapping;
using ModelOps.DataPrep.Sources;
using ModelOps.Pictures;

namespace ModelOps.DataPrep.Pictures;

/// <summary>
/// Pictures on their way into a dataset, a JSON line each: what was drawn anew of a picture that can be read, or why it cannot. Only this is kept
/// as a source; the files themselves, with whatever else they hold, are not.
/// </summary>
internal sealed class PictureRows : IDisposable
{
    private readonly StreamWriter lines;
    private readonly PictureLimits limits;
    private readonly VideoOptions video;

    public PictureRows(string path, PictureLimits limits, VideoOptions video)
    {
        (Path, this.limits, this.video) = (path, limits, video);
        lines = new StreamWriter(path) { NewLine = "\n" };
    }

    public string Path { get; }

    public int Count { get; private set; }

    /// <param name="address">Where it was fetched; null where it was sent.</param>
    public async Task AddAsync(string product, byte[] content, string? address = null, string? etag = null, CancellationToken cancellationToken = default)
    {
        try
        {
            using var picture = await MovingPictures.ReadOneAsync(content, limits, video, cancellationToken);
            Write(new PictureRow(product, Convert.ToBase64String(picture.ToJpeg()), picture.Width, picture.Height, address, etag));
        }
        catch (PictureException exception)
        {
            Refuse(product, exception, address);
        }
    }

    public void Refuse(string product, PictureException exception, string? address = null) => Write(new PictureRow(product, null, null, null, address, null, exception.Fault, exception.Message));

    /// <summary>As a source of a dataset.</summary>
    public async Task<UploadedFile> DoneAsync(string name, CancellationToken cancellationToken)
    {
        await lines.DisposeAsync();
        return await UploadedFile.OfAsync(SourceKind.Pictures, name, Path, cancellationToken);
    }

    public void Dispose() => lines.Dispose();

    private void Write(PictureRow row)
    {
        lines.WriteLine(JsonSerializer.Serialize(row, PictureRow.Json));
        Count++;
    }
}

/// <summary>Names and order are the columns of <see cref="TableSchema.Pictures"/>.</summary>
internal sealed record PictureRow(string ItemId, string? Picture, int? Width, int? Height, string? Address, string? Etag, string? Fault = null, string? Reason = null)
{
    public static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
