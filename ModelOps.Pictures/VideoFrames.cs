using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace ModelOps.Pictures;

/// <summary>
/// Frames of a video, by ffmpeg in a process of its own: without a shell, with no protocol but files, ended when its time is over, with its
/// output small by scale and count. The frames that it writes are read as any other picture.
/// </summary>
internal static class VideoFrames
{
    private const int PerSecond = 2, MostSeconds = 60;

    /// <summary>Bytes that ffmpeg may take at once.</summary>
    private const int MostAlloc = 256 << 20;

    public static async Task<IReadOnlyList<Picture>> ReadAsync(byte[] content, VideoFormat format, PictureLimits limits, VideoOptions options, int most, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("modelops-video-");
        try
        {
            await File.WriteAllBytesAsync(Path.Combine(folder.FullName, "video"), content, cancellationToken);
            var said = await RunAsync(format, limits, options, folder.FullName, cancellationToken);
            string[] written = [.. folder.GetFiles("*.png").Select(file => file.FullName).Order(StringComparer.Ordinal)];
            if (written.Length == 0)
                throw new PictureException(PictureFault.Broken, $"The video ({format.Name}) has no frame that can be decoded{(said.Length > 0 ? $": {said}" : "")}. Write it anew as MP4 with H.264, or send a picture.");
            return Read(Spaced(written, most), limits);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static List<Picture> Read(IEnumerable<string> paths, PictureLimits limits)
    {
        var frames = new List<Picture>();
        try
        {
            foreach (var path in paths)
                frames.Add(PictureReader.Read(File.ReadAllBytes(path), limits));
            return frames;
        }
        catch
        {
            frames.ForEach(frame => frame.Dispose());
            throw;
        }
    }

    private static IEnumerable<string> Spaced(string[] all, int most) => all.Length <= most ? all : Enumerable.Range(0, most).Select(at => all[at * (all.Length - 1) / (most - 1)]);

    /// <returns>What it complained of.</returns>
    private static async Task<string> RunAsync(VideoFormat format, PictureLimits limits, VideoOptions options, string folder, CancellationToken cancellationToken)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        ends.CancelAfter(TimeSpan.FromSeconds(options.Seconds));
        using var process = Start(format, limits, options, folder);
        try
        {
            var said = process.StandardError.ReadToEndAsync(ends.Token);
            await process.WaitForExitAsync(ends.Token);
            return (await said).Trim() is { Length: > 300 } much ? much[..300] : (await said).Trim();
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None); // it writes to the folder until then
            cancellationToken.ThrowIfCancellationRequested();
            throw new PictureException(PictureFault.Broken, $"The video took longer than {options.Seconds:0.#} s to decode. Send a shorter or smaller one, or a picture of it.");
        }
    }

    private static Process Start(VideoFormat format, PictureLimits limits, VideoOptions options, string folder)
    {
        string[] arguments =
        [
            "-nostdin", "-v", "error", "-max_alloc", Text(MostAlloc), "-protocol_whitelist", "file", "-f", format.Demuxer, "-max_pixels", Text(limits.MostPixels), "-threads", "1",
            "-t", Text(MostSeconds), "-i", "video", "-an", "-sn", "-dn",
            "-vf", $"fps={PerSecond},scale={Picture.LongestSide}:{Picture.LongestSide}:force_original_aspect_ratio=decrease", "-frames:v", Text(PerSecond * MostSeconds), "%03d.png",
        ];
        try
        {
            return Process.Start(new ProcessStartInfo(options.Ffmpeg, arguments) { WorkingDirectory = folder, RedirectStandardError = true, UseShellExecute = false })!;
        }
        catch (Win32Exception exception)
        {
            throw new PictureException(PictureFault.NoVideos, $"The bytes are a video ({format.Name}), and '{options.Ffmpeg}', which reads videos, cannot be started here ({exception.Message}). Install ffmpeg or set Pictures:Ffmpeg to where it is; or send a picture, or an animated GIF or WebP.");
        }
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
