using System.Diagnostics;
using ModelOps.Pictures;

namespace ModelOps.Tests.Pictures;

public sealed class VideoFramesTests : IDisposable
{
    private static readonly byte[] Mp4 = [0, 0, 0, 24, .. "ftypisom"u8, 0, 0, 0, 0];
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("modelops-video-tests-");

    /// <summary>A real video where ffmpeg is: a second of red, two of blue.</summary>
    [Fact]
    public async Task Read_AVideo_GivesItsFrames_AndTheOneThatStandsForThem()
    {
        var video = Path.Combine(folder.FullName, "made.mp4");
        Assert.SkipUnless(Made("-f", "lavfi", "-i", "color=red:s=64x48:d=1:r=10", "-f", "lavfi", "-i", "color=blue:s=64x48:d=2:r=10", "-filter_complex", "concat=n=2", "-pix_fmt", "yuv420p", video), "ffmpeg is not here.");

        var frames = await MovingPictures.ReadAsync(await File.ReadAllBytesAsync(video), new PictureLimits(), new VideoOptions());

        Assert.InRange(frames.Count, 4, MovingPictures.MostFrames);
        Assert.True(frames[0][32, 24].Red > 200 && frames[^1][32, 24].Blue > 200);
        foreach (var frame in frames)
            frame.Dispose();
        using var one = await MovingPictures.ReadOneAsync(await File.ReadAllBytesAsync(video), new PictureLimits(), new VideoOptions());
        Assert.True(one[32, 24].Blue > 200);
    }

    [Theory]
    [InlineData("cp \"{0}\"/a.png 001.png; cp \"{0}\"/b.png 002.png", null)]
    [InlineData("echo moov atom not found >&2; exit 1", "moov atom not found")]
    [InlineData("sleep 60", "longer than 1 s")]
    public async Task Read_TakesWhatTheProgramWrites_SaysWhatItSays_AndEndsIt(string does, string? says)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The program is a script of sh.");
        await File.WriteAllBytesAsync(Path.Combine(folder.FullName, "a.png"), DrawnPicture.Plain(255, 0, 0));
        await File.WriteAllBytesAsync(Path.Combine(folder.FullName, "b.png"), DrawnPicture.Plain(0, 0, 255));
        var program = Path.Combine(folder.FullName, "ffmpeg");
        await File.WriteAllTextAsync(program, $"#!/bin/sh\n{does.Replace("{0}", folder.FullName, StringComparison.Ordinal)}\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var options = new VideoOptions(program, Seconds: says is null ? 60 : 1);
        if (says is null)
        {
            var frames = await MovingPictures.ReadAsync(Mp4, new PictureLimits(), options);
            Assert.Equal([255, 0], frames.Select(frame => (int)frame[9, 9].Red));
            foreach (var frame in frames)
                frame.Dispose();
        }
        else
        {
            var refused = await Assert.ThrowsAsync<PictureException>(() => MovingPictures.ReadAsync(Mp4, new PictureLimits(), says.Contains("atom", StringComparison.Ordinal) ? options with { Seconds = 60 } : options));
            Assert.Equal(PictureFault.Broken, refused.Fault);
            Assert.Contains(says, refused.Message, StringComparison.Ordinal);
        }
    }

    private static bool Made(params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("ffmpeg", ["-v", "error", .. arguments]))!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    public void Dispose() => folder.Delete(recursive: true);
}
