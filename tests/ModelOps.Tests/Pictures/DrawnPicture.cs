using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;
using SkiaSharp;

namespace ModelOps.Tests.Pictures;

/// <summary>Picture files that the tests draw, whole and hostile.</summary>
internal static class DrawnPicture
{
    /// <summary>Red above on the left, the rest in blue, as a file.</summary>
    public static byte[] Of(SKEncodedImageFormat format = SKEncodedImageFormat.Png, int width = 60, int height = 40)
    {
        using var bitmap = new SKBitmap(width, height);
        using (var canvas = new SKCanvas(bitmap))
        using (var red = new SKPaint { Color = SKColors.Red })
        {
            canvas.Clear(SKColors.Blue);
            canvas.DrawRect(0, 0, width / 2f, height / 2f, red);
        }
        using var data = bitmap.Encode(format, 95);
        return data.ToArray();
    }

    /// <summary>One colour, by its number: pictures that a test tells apart.</summary>
    public static byte[] Plain(byte red, byte green, byte blue, int side = 32)
    {
        using var bitmap = new SKBitmap(side, side);
        bitmap.Erase(new SKColor(red, green, blue));
        using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }

    /// <summary>Two frames of 2 by 2 pixels, the first red, the second blue. Skia writes no GIF.</summary>
    public static byte[] Gif() => Gif(0, 1);

    /// <param name="frames">0 is a red one, 1 a blue one.</param>
    public static byte[] Gif(params byte[] frames)
    {
        byte[] frame(byte index) => [0x2C, 0, 0, 0, 0, 2, 0, 2, 0, 0, 2, 3, .. Lzw(index), 0];
        // Codes of three bits: clear, four pixels, end; the width grows to four bits before the last.
        static byte[] Lzw(byte index) => index == 0 ? [0x04, 0x00, 0x05] : [0x4C, 0x12, 0x05];
        return [.. "GIF89a"u8, 2, 0, 2, 0, 0x80, 0, 0, 255, 0, 0, 0, 0, 255, .. frames.SelectMany(index => (byte[])[0x21, 0xF9, 4, 0, 10, 0, 0, 0, .. frame(index)]), 0x3B];
    }

    /// <summary>A PNG whose header says its size, and that has hardly any pixels.</summary>
    public static byte[] PngOfSize(int width, int height)
    {
        byte[] header = [0, 0, 0, 0, 0, 0, 0, 0, 8, 6, 0, 0, 0];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        return [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10, .. Chunk("IHDR", header), .. Chunk("IDAT", [0x78, 0x9C, 0x63, 0, 0, 0, 1, 0, 1]), .. Chunk("IEND", [])];
    }

    /// <summary>A JPEG that says how the camera was held (EXIF's orientation, 1 to 8).</summary>
    public static byte[] Held(byte orientation, int width = 60, int height = 40)
    {
        var jpeg = Of(SKEncodedImageFormat.Jpeg, width, height);
        byte[] exif = [.. "Exif\0\0II*\0"u8, 8, 0, 0, 0, 1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0, 0, 0, 0, 0];
        return [0xFF, 0xD8, 0xFF, 0xE1, 0, (byte)(exif.Length + 2), .. exif, .. jpeg[2..]];
    }

    private static byte[] Chunk(string name, byte[] content)
    {
        byte[] named = [.. Encoding.ASCII.GetBytes(name), .. content];
        var (length, crc) = (new byte[4], new byte[4]);
        BinaryPrimitives.WriteInt32BigEndian(length, content.Length);
        BinaryPrimitives.WriteUInt32BigEndian(crc, Crc32.HashToUInt32(named));
        return [.. length, .. named, .. crc];
    }
}
