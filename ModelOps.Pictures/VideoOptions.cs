namespace ModelOps.Pictures;

/// <summary>How videos are read.</summary>
/// <param name="Ffmpeg">The program that decodes them: a name on the PATH, or where it is.</param>
/// <param name="Seconds">It may take; then it is ended.</param>
public sealed record VideoOptions(string Ffmpeg = VideoOptions.Usual, double Seconds = 20)
{
    public const string Usual = "ffmpeg";
}
