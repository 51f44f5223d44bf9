using System.ComponentModel.DataAnnotations;
using ModelOps.Pictures;

namespace ModelOps.Inference.Pictures;

/// <summary>The configuration section <c>Pictures</c>.</summary>
internal sealed class PictureOptions
{
    /// <summary>Of a picture that is sent, in bytes.</summary>
    [Range(1024, 100 << 20)] public int MaxBytes { get; init; } = 10 << 20;

    /// <summary>Width by height of one; four bytes each while it is read.</summary>
    [Range(1024, 400_000_000)] public long MaxPixels { get; init; } = 20_000_000;

    /// <summary>Pictures that are read at the same time; others wait, as long as their deadline allows.</summary>
    [Range(1, 256)] public int MaxAtOnce { get; init; } = 4;

    /// <summary>The program that reads videos: a name on the PATH, or where it is.</summary>
    [Required] public string Ffmpeg { get; init; } = VideoOptions.Usual;

    /// <summary>It may take for one, in seconds.</summary>
    [Range(1, 600)] public double VideoSeconds { get; init; } = 20;

    public VideoOptions Video => new(Ffmpeg, VideoSeconds);

    public PictureLimits Limits => new(MaxBytes, MostPixels: MaxPixels);
}
