namespace ModelOps.Pictures;

/// <summary>A container of videos.</summary>
/// <param name="Demuxer">That ffmpeg is told to use: a playlist, which could name other files, is never taken for a video.</param>
internal sealed record VideoFormat(string Name, string Demuxer)
{
    private static ReadOnlySpan<byte> Ebml => [0x1A, 0x45, 0xDF, 0xA3];

    /// <summary>Told by the first bytes; null for what is no video.</summary>
    public static VideoFormat? Of(ReadOnlySpan<byte> content) =>
        content.Length >= 12 && content[4..8].SequenceEqual("ftyp"u8) ? new("MP4", "mov")
        : content.StartsWith(Ebml) ? new("WebM", "matroska")
        : content.Length >= 12 && content.StartsWith("RIFF"u8) && content[8..12].SequenceEqual("AVI "u8) ? new("AVI", "avi")
        : null;
}
