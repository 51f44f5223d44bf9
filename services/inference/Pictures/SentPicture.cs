using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using ModelOps.Pictures;

namespace ModelOps.Inference.Pictures;

/// <summary>Reads the picture of a request: the body itself, or the first file of a form. A few at a time, as a large one takes much memory; the bodies that are held at once are limited too.</summary>
internal sealed class SentPicture(IOptions<PictureOptions> options) : IDisposable
{
    private const int BlockSize = 64 * 1024;

    /// <summary>Bodies that are held at once, from their first byte until they are read; others wait unread, as long as their deadline allows.</summary>
    private const int MostBodies = 16;

    private readonly PictureLimits limits = options.Value.Limits;
    private readonly VideoOptions video = options.Value.Video;
    private readonly SemaphoreSlim bodies = new(MostBodies);
    private readonly SemaphoreSlim places = new(options.Value.MaxAtOnce);

    /// <returns>The picture; of one that moves, its key frames.</returns>
    /// <exception cref="PictureException">It is no picture that can be used.</exception>
    public async Task<IReadOnlyList<Picture>> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        await bodies.WaitAsync(cancellationToken);
        try
        {
            return await ReadAsync(await ReceiveAsync(request, cancellationToken), cancellationToken);
        }
        finally
        {
            bodies.Release();
        }
    }

    private async Task<IReadOnlyList<Picture>> ReadAsync(byte[] content, CancellationToken cancellationToken)
    {
        await places.WaitAsync(cancellationToken);
        try
        {
            return await MovingPictures.ReadAsync(content, limits, video, cancellationToken);
        }
        finally
        {
            places.Release();
        }
    }

    private async Task<byte[]> ReceiveAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase))
            return await BytesAsync(request.Body, cancellationToken);
        if (HeaderUtilities.RemoveQuotes(type.Boundary).Value is not { Length: > 0 } boundary)
            throw new PictureException(PictureFault.Empty, "The multipart body names no boundary. Send the picture as the body itself, or as a form's file.");
        try
        {
            var reader = new MultipartReader(boundary, request.Body);
            while (await reader.ReadNextSectionAsync(cancellationToken) is { } section)
            {
                if (section.GetContentDispositionHeader()?.IsFileDisposition() == true)
                    return await BytesAsync(section.Body, cancellationToken);
            }
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException and not Microsoft.AspNetCore.Http.BadHttpRequestException)
        {
            throw new PictureException(PictureFault.Empty, $"The multipart body cannot be read: {exception.Message} Send the picture as the body itself, or as a form's file.");
        }
        throw new PictureException(PictureFault.Empty, "The form has no file. Send the picture as the body itself, or as a form's file: curl -F picture=@photo.jpg.");
    }

    /// <summary>One byte more than is allowed says that there are too many.</summary>
    private async Task<byte[]> BytesAsync(Stream body, CancellationToken cancellationToken)
    {
        using var content = new MemoryStream();
        var block = new byte[BlockSize];
        for (int read; content.Length <= limits.MostBytes && (read = await body.ReadAsync(block, cancellationToken)) > 0;)
            content.Write(block, 0, read);
        return content.ToArray();
    }

    public void Dispose()
    {
        bodies.Dispose();
        places.Dispose();
    }
}
