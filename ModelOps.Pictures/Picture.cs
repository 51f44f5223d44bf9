using System.Runtime.InteropServices;
using SkiaSharp;

namespace ModelOps.Pictures;

/// <summary>An upright, opaque picture in sRGB, at most <see cref="LongestSide"/> pixels a side.</summary>
public sealed class Picture : IDisposable
{
    public const int LongestSide = 256;

    /// <summary>Between the two nearest halvings: what is drawn much smaller keeps its lines.</summary>
    private static readonly SKSamplingOptions Sampling = new(SKFilterMode.Linear, SKMipmapMode.Linear);

    private const int Quality = 90;
    private readonly SKBitmap bitmap;

    internal Picture(SKBitmap bitmap) => this.bitmap = bitmap;

    public int Width => bitmap.Width;

    public int Height => bitmap.Height;

    /// <summary>Red, green and blue of a pixel.</summary>
    public (byte Red, byte Green, byte Blue) this[int x, int y] => bitmap.GetPixel(x, y) is var colour ? (colour.Red, colour.Green, colour.Blue) : default;

    /// <summary>As a JPEG without anything but its pixels; the same bytes for the same picture.</summary>
    /// <param name="longestSide">Drawn smaller where it is larger.</param>
    public byte[] ToJpeg(int longestSide = LongestSide)
    {
        var scale = Math.Min(1, (double)longestSide / Math.Max(Width, Height));
        using var small = scale < 1 ? OnWhite(bitmap, Math.Max(1, (int)Math.Round(Width * scale)), Math.Max(1, (int)Math.Round(Height * scale))) : null;
        using var data = (small ?? bitmap).Encode(SKEncodedImageFormat.Jpeg, Quality);
        return data.ToArray();
    }

    /// <summary>The whole picture in the middle of a white square, as a network sees it: (3, side, side) bytes, red before green before blue.</summary>
    public void Fill(Span<byte> planes, int side)
    {
        if (planes.Length != 3 * side * side)
            throw new ArgumentException($"{planes.Length} bytes for 3 × {side} × {side}.", nameof(planes));
        var scale = (float)side / Math.Max(Width, Height);
        var (width, height) = (Width * scale, Height * scale);
        using var square = new SKBitmap(new SKImageInfo(side, side, SKColorType.Rgba8888, SKAlphaType.Opaque));
        Draw(square, bitmap, SKRect.Create((side - width) / 2, (side - height) / 2, width, height));
        var pixels = PixelsOf(square);
        for (var at = 0; at < pixels.Length; at++)
        {
            planes[at] = (byte)pixels[at];
            planes[at + pixels.Length] = (byte)(pixels[at] >> 8);
            planes[at + (2 * pixels.Length)] = (byte)(pixels[at] >> 16);
        }
    }

    public void Dispose() => bitmap.Dispose();

    internal static SKBitmap OnWhite(SKBitmap source, int width, int height)
    {
        var drawn = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        Draw(drawn, source, SKRect.Create(width, height));
        return drawn;
    }

    /// <summary>Rows of pixels without gaps: red in the lowest byte.</summary>
    internal static Span<uint> PixelsOf(SKBitmap bitmap) => MemoryMarshal.Cast<byte, uint>(bitmap.GetPixelSpan());

    private static void Draw(SKBitmap target, SKBitmap source, SKRect place)
    {
        source.SetImmutable(); // otherwise the image is a copy of all its pixels
        using var canvas = new SKCanvas(target);
        using var image = SKImage.FromBitmap(source);
        canvas.Clear(SKColors.White);
        canvas.DrawImage(image, place, Sampling);
    }
}
