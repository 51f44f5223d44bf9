using System.ComponentModel.DataAnnotations;
using ModelOps.Pictures;

namespace ModelOps.DataPrep.Pictures;

/// <summary>The configuration section <c>Pictures</c>.</summary>
internal sealed class PictureOptions
{
    /// <summary>Networks whose pictures may be fetched although they are private, such as <c>10.1.0.0/16</c>. None otherwise: a catalogue is written by people, and must not reach into the house.</summary>
    public IReadOnlyList<string> AllowedNetworks { get; init; } = [];

    /// <summary>Of a picture, in bytes.</summary>
    [Range(1024, 100 << 20)] public int MaxBytes { get; init; } = 10 << 20;

    /// <summary>Width by height of one; four bytes each while it is read.</summary>
    [Range(1024, 400_000_000)] public long MaxPixels { get; init; } = 40_000_000;

    /// <summary>Pictures that one import fetches.</summary>
    [Range(1, 10_000_000)] public int MaxFetched { get; init; } = 200_000;

    /// <summary>That are fetched at the same time.</summary>
    [Range(1, 64)] public int MaxAtOnce { get; init; } = 8;

    /// <summary>Of one attempt, redirects and content included, in seconds.</summary>
    [Range(1, 600)] public double TimeoutSeconds { get; init; } = 20;

    /// <summary>Attempts for what may pass: no answer, 429 and 5xx.</summary>
    [Range(1, 10)] public int Attempts { get; init; } = 3;

    /// <summary>Before the second attempt, in seconds; twice as long before each further one.</summary>
    [Range(0, 60)] public double PauseSeconds { get; init; } = 1;

    /// <summary>The program that reads videos: a name on the PATH, or where it is.</summary>
    [Required] public string Ffmpeg { get; init; } = VideoOptions.Usual;

    /// <summary>It may take for one, in seconds.</summary>
    [Range(1, 600)] public double VideoSeconds { get; init; } = 20;

    public VideoOptions Video => new(Ffmpeg, VideoSeconds);

    public PictureLimits Limits => new(MaxBytes, MostPixels: MaxPixels);
}
