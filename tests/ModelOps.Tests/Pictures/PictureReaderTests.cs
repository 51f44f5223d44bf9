using CsCheck;
using ModelOps.Pictures;
using SkiaSharp;

namespace ModelOps.Tests.Pictures;

public class PictureReaderTests
{
    private static readonly PictureLimits Limits = new();

    [Theory]
    [InlineData(SKEncodedImageFormat.Png)]
    [InlineData(SKEncodedImageFormat.Jpeg)]
    [InlineData(SKEncodedImageFormat.Webp)]
    public void Read_EachFormat_KeepsPixels(SKEncodedImageFormat format)
    {
        using var picture = PictureReader.Read(DrawnPicture.Of(format), Limits);
        Assert.Equal((60, 40), (picture.Width, picture.Height));
        Assert.True(IsRed(picture[5, 5]));
        Assert.True(IsBlue(picture[50, 30]));
    }

    [Fact]
    public void ReadFrames_AnimatedGif_TakesThemInTheirOrder()
    {
        var frames = PictureReader.ReadFrames(DrawnPicture.Gif(), Limits, 8);
        Assert.Equal([((byte)255, (byte)0, (byte)0), ((byte)0, (byte)0, (byte)255)], frames.Select(frame => frame[0, 0]));
        foreach (var frame in frames)
            frame.Dispose();
        Assert.Single(PictureReader.ReadFrames(DrawnPicture.Of(), Limits, 8)).Dispose();
    }

    [Fact]
    public async Task ReadOne_OfFramesOfWhichMostAreAlike_IsOneOfThose()
    {
        using var key = await MovingPictures.ReadOneAsync(DrawnPicture.Gif(0, 1, 1, 1), Limits, new VideoOptions());
        Assert.Equal(((byte)0, (byte)0, (byte)255), key[0, 0]);
    }

    [Fact]
    public void Read_AnimatedGif_TakesTheFirstFrame()
    {
        using var picture = PictureReader.Read(DrawnPicture.Gif(), Limits);
        Assert.Equal((2, 2), (picture.Width, picture.Height));
        Assert.True(IsRed(picture[1, 1]));
    }

    /// <summary>Where the file's upper left corner, which is red, is in the upright picture.</summary>
    [Theory]
    [InlineData(1, false, 0, 0)]
    [InlineData(2, false, 1, 0)]
    [InlineData(3, false, 1, 1)]
    [InlineData(4, false, 0, 1)]
    [InlineData(5, true, 0, 0)]
    [InlineData(6, true, 1, 0)]
    [InlineData(7, true, 1, 1)]
    [InlineData(8, true, 0, 1)]
    public void Read_HeldCamera_Upright(byte orientation, bool isTurned, int right, int below)
    {
        using var picture = PictureReader.Read(DrawnPicture.Held(orientation), Limits);
        Assert.Equal(isTurned ? (40, 60) : (60, 40), (picture.Width, picture.Height));
        for (var corner = 0; corner < 4; corner++)
        {
            var (x, y) = (corner % 2, corner / 2);
            Assert.Equal((x, y) == (right, below), IsRed(picture[x == 0 ? 4 : picture.Width - 5, y == 0 ? 4 : picture.Height - 5]));
        }
    }

    [Fact]
    public void Read_Transparent_OnWhite()
    {
        using var bitmap = new SKBitmap(10, 10);
        bitmap.Erase(SKColors.Transparent);
        using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        using var picture = PictureReader.Read(data.ToArray(), Limits);
        Assert.Equal((255, 255, 255), picture[5, 5]);
    }

    [Fact]
    public void Read_Large_DrawnSmall()
    {
        using var picture = PictureReader.Read(DrawnPicture.Of(SKEncodedImageFormat.Jpeg, 3000, 1500), Limits);
        Assert.Equal((256, 128), (picture.Width, picture.Height));
        Assert.True(IsRed(picture[10, 10]));
        Assert.True(IsBlue(picture[200, 100]));
    }

    [Fact]
    public void Read_Empty_Refused() => Refused(PictureFault.Empty, []);

    [Fact]
    public void Read_TooManyBytes_Refused() => Refused(PictureFault.TooManyBytes, DrawnPicture.Of(), new PictureLimits(MostBytes: 50));

    [Theory]
    [InlineData("<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>")]
    [InlineData("<!DOCTYPE html><script>alert(1)</script>")]
    [InlineData("BM\0\0\0\0")]
    [InlineData("%PDF-1.7")]
    [InlineData("RIFF\0\0\0\0AVI ")]
    public void Read_OtherFormats_Refused(string content) => Refused(PictureFault.UnknownFormat, System.Text.Encoding.Latin1.GetBytes(content));

    /// <summary>Sixty bytes that would take terabytes, and ones that only are too wide.</summary>
    [Theory]
    [InlineData(1_000_000, 1_000_000)]
    [InlineData(16_000, 16_000)]
    [InlineData(20_000, 1)]
    public void Read_Bomb_RefusedBeforeMemoryIsTaken(int width, int height)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var exception = Assert.Throws<PictureException>(() => PictureReader.Read(DrawnPicture.PngOfSize(width, height), Limits));
        Assert.Contains(exception.Fault, new[] { PictureFault.TooManyPixels, PictureFault.Broken });
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1 << 20);
    }

    [Theory]
    [InlineData(SKEncodedImageFormat.Png)]
    [InlineData(SKEncodedImageFormat.Jpeg)]
    [InlineData(SKEncodedImageFormat.Webp)]
    public void Read_CutOff_Refused(SKEncodedImageFormat format)
    {
        var whole = DrawnPicture.Of(format, 200, 200);
        foreach (var share in new[] { .1, .5, .9 })
        {
            var exception = Assert.Throws<PictureException>(() => PictureReader.Read(whole.AsSpan(0, (int)(whole.Length * share)), Limits));
            Assert.Contains(exception.Fault, new[] { PictureFault.Truncated, PictureFault.Broken });
        }
    }

    [Fact]
    public void Read_PromisedPixelsMissing_Refused() => Assert.Throws<PictureException>(() => PictureReader.Read(DrawnPicture.PngOfSize(300, 300), Limits));

    /// <summary>A picture that is a web page or an archive as well: nothing but its pixels goes on.</summary>
    [Fact]
    public void Read_Polyglot_OnlyPixelsRemain()
    {
        byte[] script = [.. "<script>alert(1)</script>PK\u0003\u0004"u8];
        byte[] polyglot = [.. DrawnPicture.Held(1), .. script];
        using var picture = PictureReader.Read(polyglot, Limits);
        var written = picture.ToJpeg();
        Assert.Equal(-1, written.AsSpan().IndexOf("script"u8));
        Assert.Equal(-1, written.AsSpan().IndexOf("Exif"u8));
        Assert.True(written.AsSpan().StartsWith(new byte[] { 0xFF, 0xD8, 0xFF }));
    }

    /// <summary>Damage anywhere is a refusal or a picture within its bounds, never anything else.</summary>
    [Fact]
    public void Read_DamagedAnywhere_RefusedOrAPicture()
    {
        byte[][] whole = [DrawnPicture.Of(), DrawnPicture.Of(SKEncodedImageFormat.Jpeg), DrawnPicture.Of(SKEncodedImageFormat.Webp), DrawnPicture.Gif()];
        Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Select(Gen.Int[0, 100_000], Gen.Byte).Array[1, 8], Gen.Int[0, 100_000]).Sample((which, damages, end) =>
        {
            var damaged = whole[which].ToArray();
            foreach (var (at, value) in damages)
                damaged[at % damaged.Length] = value;
            try
            {
                using var picture = PictureReader.Read(damaged.AsSpan(0, Math.Max(1, end % (damaged.Length * 2)) is var length && length < damaged.Length ? length : damaged.Length), new PictureLimits(MostPixels: 1_000_000));
                return picture is { Width: > 0 and <= Picture.LongestSide, Height: > 0 and <= Picture.LongestSide };
            }
            catch (PictureException exception)
            {
                return PictureFault.All.Contains(exception.Fault);
            }
        }, iter: 2000, threads: 1);
    }

    [Fact]
    public void Fill_WholePictureInTheMiddle_OnWhite()
    {
        using var picture = PictureReader.Read(DrawnPicture.Of(width: 64, height: 32), Limits);
        var planes = new byte[3 * 16 * 16];
        picture.Fill(planes, 16);
        (byte, byte, byte) At(int x, int y) => (planes[(y * 16) + x], planes[256 + (y * 16) + x], planes[512 + (y * 16) + x]);
        Assert.Equal((255, 255, 255), At(8, 1)); // above
        Assert.True(IsRed(At(2, 5)));
        Assert.True(IsBlue(At(13, 10)));
        Assert.Equal((255, 255, 255), At(8, 14)); // below
    }

    [Fact]
    public void ToJpeg_SamePicture_SameBytes()
    {
        using var picture = PictureReader.Read(DrawnPicture.Of(width: 500, height: 300), Limits);
        using var again = PictureReader.Read(DrawnPicture.Of(width: 500, height: 300), Limits);
        Assert.Equal(picture.ToJpeg(), again.ToJpeg());
        using var small = PictureReader.Read(picture.ToJpeg(96), Limits);
        Assert.Equal((96, 58), (small.Width, small.Height));
    }

    private static void Refused(string fault, byte[] content, PictureLimits? limits = null) =>
        Assert.Equal(fault, Assert.Throws<PictureException>(() => PictureReader.Read(content, limits ?? Limits)).Fault);

    private static bool IsRed((byte Red, byte Green, byte Blue) colour) => colour is { Red: > 200, Green: < 60, Blue: < 60 };

    private static bool IsBlue((byte Red, byte Green, byte Blue) colour) => colour is { Red: < 60, Green: < 60, Blue: > 200 };
}
