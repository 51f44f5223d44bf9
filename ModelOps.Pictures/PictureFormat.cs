using SkiaSharp;

namespace ModelOps.Pictures;

/// <summary>The formats that are read, told by a file's first bytes: neither its name nor its content type is believed.</summary>
internal static class PictureFormat
{
    public const string Known = "JPEG, PNG, WebP or GIF";

    private static ReadOnlySpan<byte> Jpeg => [0xFF, 0xD8, 0xFF];

    private static ReadOnlySpan<byte> Png => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    public static SKEncodedImageFormat? Of(ReadOnlySpan<byte> content) =>
        content.StartsWith(Jpeg) ? SKEncodedImageFormat.Jpeg
        : content.StartsWith(Png) ? SKEncodedImageFormat.Png
        : content.StartsWith("GIF87a"u8) || content.StartsWith("GIF89a"u8) ? SKEncodedImageFormat.Gif
        : content.Length >= 12 && content.StartsWith("RIFF"u8) && content[8..12].SequenceEqual("WEBP"u8) ? SKEncodedImageFormat.Webp
        : null;
}
