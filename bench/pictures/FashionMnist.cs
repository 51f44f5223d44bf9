// Xiao, Rasul, Vollgraf: Fashion-MNIST. 2017, https://arxiv.org/abs/1708.07747 (MIT)
using System.Buffers.Binary;
using System.IO.Compression;
using ModelOps.Pictures;
using SkiaSharp;

namespace ModelOps.Bench.Pictures;

/// <summary>Zalando's product pictures, 28 by 28 in grey, with one of ten classes each, in the IDX format.</summary>
/// <param name="Grey">(28, 28) bytes each.</param>
internal sealed record FashionMnist(IReadOnlyList<byte[]> Grey, IReadOnlyList<string> Classes)
{
    private const int Side = 28;
    private static readonly string[] Names = ["T-shirt", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"];

    public static FashionMnist Read(string folder, string part)
    {
        var pictures = Unpacked(Path.Combine(folder, $"{part}-images-idx3-ubyte.gz"));
        var labels = Unpacked(Path.Combine(folder, $"{part}-labels-idx1-ubyte.gz"));
        var count = BinaryPrimitives.ReadInt32BigEndian(pictures.AsSpan(4));
        return new FashionMnist([.. Enumerable.Range(0, count).Select(at => pictures.AsSpan(16 + (at * Side * Side), Side * Side).ToArray())], [.. labels.Skip(8).Take(count).Select(label => Names[label])]);
    }

    public FashionMnist Take(int count) => new([.. Grey.Take(count)], [.. Classes.Take(count)]);

    /// <summary>What the platform makes of each as a PNG file: the way of every upload.</summary>
    public List<byte[]> Planes(int side) => [.. Grey.Select(grey =>
    {
        using var bitmap = new SKBitmap(new SKImageInfo(Side, Side, SKColorType.Gray8, SKAlphaType.Opaque));
        grey.CopyTo(bitmap.GetPixelSpan());
        using var file = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        using var picture = PictureReader.Read(file.AsSpan(), new PictureLimits());
        var planes = new byte[3 * side * side];
        picture.Fill(planes, side);
        return planes;
    })];

    private static byte[] Unpacked(string path)
    {
        using var file = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
        using var content = new MemoryStream();
        file.CopyTo(content);
        return content.ToArray();
    }
}
