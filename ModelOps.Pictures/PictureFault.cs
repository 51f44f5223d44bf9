namespace ModelOps.Pictures;

/// <summary>Why a picture is not taken. The names are stable; they stand in the quarantine, in reports and in refusals.</summary>
public static class PictureFault
{
    public const string Empty = "empty-picture", TooManyBytes = "picture-too-many-bytes", UnknownFormat = "picture-unknown-format", TooManyPixels = "picture-too-many-pixels",
        Truncated = "picture-truncated", Broken = "picture-broken", NotFetched = "picture-not-fetched", NoVideos = "no-videos";

    public static IReadOnlyList<string> All { get; } = [Empty, TooManyBytes, UnknownFormat, TooManyPixels, Truncated, Broken, NotFetched, NoVideos];
}

/// <summary>Bytes that are no picture that can be used; the message says why and what to send.</summary>
/// <param name="fault">One of <see cref="PictureFault"/>.</param>
public sealed class PictureException(string fault, string message) : Exception(message)
{
    public string Fault => fault;
}

/// <summary>What a picture may be at most. Its pixels are counted from its header, before any memory is taken for them.</summary>
/// <param name="MostBytes">As it is sent.</param>
/// <param name="LongestSide">In pixels.</param>
/// <param name="MostPixels">Width by height: 40 million are a phone's picture, and 160 MB while it is read.</param>
public sealed record PictureLimits(int MostBytes = 10 << 20, int LongestSide = 16_384, long MostPixels = 40_000_000);
