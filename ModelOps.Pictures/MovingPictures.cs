namespace ModelOps.Pictures;

/// <summary>The one door for whatever shows a product: a picture, one that moves, or a video; it comes out as frames.</summary>
public static class MovingPictures
{
    /// <summary>Frames that are looked at, at most.</summary>
    public const int MostFrames = 8;

    /// <summary>Evenly spaced frames, from the first to the last; of a still picture itself.</summary>
    /// <exception cref="PictureException">It is nothing of these, too large, damaged, or a video where none can be read.</exception>
    public static async Task<IReadOnlyList<Picture>> ReadAsync(byte[] content, PictureLimits limits, VideoOptions video, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        ArgumentNullException.ThrowIfNull(limits);
        return content.Length <= limits.MostBytes && VideoFormat.Of(content) is { } format
            ? await VideoFrames.ReadAsync(content, format, limits, video, MostFrames, cancellationToken)
            : PictureReader.ReadFrames(content, limits, MostFrames);
    }

    /// <summary>The frame that stands for all: the one nearest to their mean, so neither an empty beginning nor a title at the end.</summary>
    /// <inheritdoc cref="ReadAsync"/>
    public static async Task<Picture> ReadOneAsync(byte[] content, PictureLimits limits, VideoOptions video, CancellationToken cancellationToken = default)
    {
        var frames = await ReadAsync(content, limits, video, cancellationToken);
        var chosen = frames[KeyFrame.Of(frames)];
        foreach (var other in frames.Where(frame => frame != chosen))
            other.Dispose();
        return chosen;
    }
}
