using SkiaSharp;

namespace ModelOps.Pictures;

/// <summary>
/// Reads pictures that anybody may have sent. The order matters: bytes are counted, the format is told, the header's size is held against
/// the limits, and only then is memory taken. What comes out is drawn anew on white, upright, at most <see cref="Picture.LongestSide"/> pixels a
/// side: nothing but its pixels is left of the file.
/// </summary>
public static class PictureReader
{
    /// <summary>Decoders that can read at a smaller size leave so many times the pixels a side that are needed, for drawing it smaller well.</summary>
    private const double Spare = 2;

    /// <summary>Of a picture that moves so many times what a still one may have is looked at; what comes later is left out.</summary>
    private const int MovingPixels = 5;

    /// <summary>The picture, or the first frame of one that moves.</summary>
    /// <exception cref="PictureException">The bytes are no picture, too large a one, or a damaged one.</exception>
    public static Picture Read(ReadOnlySpan<byte> content, PictureLimits limits) => ReadFrames(content, limits, 1)[0];

    /// <summary>Frames of a picture that moves (GIF, WebP), evenly spaced from its first to its last; of a still one itself.</summary>
    /// <param name="most">So many frames at most.</param>
    /// <inheritdoc cref="Read"/>
    public static IReadOnlyList<Picture> ReadFrames(ReadOnlySpan<byte> content, PictureLimits limits, int most)
    {
        ArgumentNullException.ThrowIfNull(limits);
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        if (content.IsEmpty)
            throw new PictureException(PictureFault.Empty, "The picture is empty: 0 bytes arrived.");
        if (content.Length > limits.MostBytes)
            throw new PictureException(PictureFault.TooManyBytes, $"The picture has {content.Length} bytes; at most {limits.MostBytes}. Send a smaller one.");
        var format = PictureFormat.Of(content) ?? throw new PictureException(PictureFault.UnknownFormat, $"The bytes are no picture that is read here. Send {PictureFormat.Known}.");
        using var data = SKData.CreateCopy(content);
        using var codec = SKCodec.Create(new SKMemoryStream(data), out var opened); // which then owns the stream
        if (codec is null || codec.EncodedFormat != format)
            throw opened == SKCodecResult.IncompleteInput ? Truncated() : Broken($"its header cannot be read ({opened})");
        CheckSize(codec.Info, limits);
        var frames = new List<Picture>();
        try
        {
            foreach (var frame in FramesOf(codec, limits, most))
            {
                using var decoded = Decode(codec, frame);
                frames.Add(Draw(decoded, codec.EncodedOrigin));
            }
            return frames;
        }
        catch
        {
            frames.ForEach(frame => frame.Dispose());
            throw;
        }
    }

    private static IEnumerable<int> FramesOf(SKCodec codec, PictureLimits limits, int most)
    {
        var looked = most == 1 ? 1 : Math.Clamp(MovingPixels * limits.MostPixels / ((long)codec.Info.Width * codec.Info.Height), 1, Math.Max(1, codec.FrameCount));
        var wanted = (int)Math.Min(most, looked);
        return Enumerable.Range(0, wanted).Select(at => wanted == 1 ? 0 : (int)(at * (looked - 1) / (wanted - 1)));
    }

    private static void CheckSize(SKImageInfo info, PictureLimits limits)
    {
        if (info.Width < 1 || info.Height < 1)
            throw Broken($"its header says {info.Width} by {info.Height} pixels");
        if (Math.Max(info.Width, info.Height) > limits.LongestSide || (long)info.Width * info.Height > limits.MostPixels)
            throw new PictureException(PictureFault.TooManyPixels, $"The picture has {info.Width} by {info.Height} pixels; at most {limits.LongestSide} a side and {limits.MostPixels} in all. Send a smaller one.");
    }

    private static SKBitmap Decode(SKCodec codec, int frame)
    {
        var wanted = Spare * Picture.LongestSide / Math.Max(codec.Info.Width, codec.Info.Height);
        var size = wanted < 1 ? codec.GetScaledDimensions((float)wanted) : codec.Info.Size;
        var bitmap = new SKBitmap();
        try
        {
            using var colours = SKColorSpace.CreateSrgb();
            var info = new SKImageInfo(size.Width, size.Height, SKColorType.Rgba8888, SKAlphaType.Premul, colours);
            if (!bitmap.TryAllocPixels(info))
                throw Broken($"{size.Width} by {size.Height} pixels find no memory");
            var result = codec.GetPixels(info, bitmap.GetPixels(), new SKCodecOptions(frame));
            return result switch
            {
                SKCodecResult.Success => bitmap,
                SKCodecResult.IncompleteInput => throw Truncated(),
                _ => throw Broken(result.ToString()),
            };
        }
        catch
        {
            bitmap.Dispose();
            throw;
        }
    }

    /// <summary>On white, as small as needed, then turned as the camera says it was held.</summary>
    private static Picture Draw(SKBitmap decoded, SKEncodedOrigin origin)
    {
        var scale = Math.Min(1, (double)Picture.LongestSide / Math.Max(decoded.Width, decoded.Height));
        using var small = Picture.OnWhite(decoded, Math.Max(1, (int)Math.Round(decoded.Width * scale)), Math.Max(1, (int)Math.Round(decoded.Height * scale)));
        return new Picture(Upright(small, origin));
    }

    /// <summary>EXIF's eight orientations, by where each pixel of the upright picture lies in the file's.</summary>
    private static SKBitmap Upright(SKBitmap held, SKEncodedOrigin origin)
    {
        var (w, h) = (held.Width, held.Height);
        var isTurned = origin is SKEncodedOrigin.LeftTop or SKEncodedOrigin.RightTop or SKEncodedOrigin.RightBottom or SKEncodedOrigin.LeftBottom;
        var upright = new SKBitmap(new SKImageInfo(isTurned ? h : w, isTurned ? w : h, SKColorType.Rgba8888, SKAlphaType.Opaque));
        var from = Picture.PixelsOf(held);
        var to = Picture.PixelsOf(upright);
        for (var y = 0; y < upright.Height; y++)
        {
            for (var x = 0; x < upright.Width; x++)
            {
                var (column, row) = origin switch
                {
                    SKEncodedOrigin.TopRight => (w - 1 - x, y),
                    SKEncodedOrigin.BottomRight => (w - 1 - x, h - 1 - y),
                    SKEncodedOrigin.BottomLeft => (x, h - 1 - y),
                    SKEncodedOrigin.LeftTop => (y, x),
                    SKEncodedOrigin.RightTop => (y, h - 1 - x),
                    SKEncodedOrigin.RightBottom => (w - 1 - y, h - 1 - x),
                    SKEncodedOrigin.LeftBottom => (w - 1 - y, x),
                    _ => (x, y),
                };
                to[(y * upright.Width) + x] = from[(row * w) + column];
            }
        }
        return upright;
    }

    private static PictureException Truncated() => new(PictureFault.Truncated, "The picture ends too early. Send it again, whole.");

    private static PictureException Broken(string reason) => new(PictureFault.Broken, $"The picture cannot be decoded: {reason}. Write it anew as {PictureFormat.Known} and send it again.");
}
