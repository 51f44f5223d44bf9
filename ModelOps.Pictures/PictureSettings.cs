using System.Text.Json;
using ModelOps.Features;

namespace ModelOps.Pictures;

/// <summary>How a package's network reads pictures and what it answers: <c>pictures.json</c>, the same for training and serving.</summary>
/// <param name="Side">Of the square that it sees, in pixels.</param>
/// <param name="Dimensions">Of a vector.</param>
/// <param name="Mean">Of red, green and blue from 0 to 1, which are taken off …</param>
/// <param name="Deviation">… and divided by.</param>
/// <param name="Origin">Where the network learned to see: <see cref="OwnPictures"/>, or the registered model that it was taken from.</param>
public sealed record PictureSettings(int Side, int Dimensions, IReadOnlyList<float> Mean, IReadOnlyList<float> Deviation, string Origin)
{
    public const int CurrentFormat = 1;

    /// <summary>From the shop's own pictures alone.</summary>
    public const string OwnPictures = "own-pictures";

    /// <summary>Of the graph: float32 [batch, 3, side, side] in, float32 [batch, dimensions] out.</summary>
    public string Input { get; init; } = "pictures";

    public string Output { get; init; } = "vectors";

    public int Format { get; init; } = CurrentFormat;

    /// <summary>Up to which event the package knows the shop.</summary>
    public long EventCursor { get; init; }

    /// <summary>Values of a picture.</summary>
    public int Inputs => 3 * Side * Side;

    /// <summary>A picture as the graph takes it.</summary>
    public void Fill(Picture picture, Span<float> values)
    {
        ArgumentNullException.ThrowIfNull(picture);
        var planes = new byte[Inputs];
        picture.Fill(planes, Side);
        Normalise(planes, values);
    }

    /// <param name="planes">(3, side, side), as <see cref="Picture.Fill"/> makes them.</param>
    public void Normalise(ReadOnlySpan<byte> planes, Span<float> values)
    {
        for (var channel = 0; channel < 3; channel++)
        {
            var (mean, deviation) = (Mean[channel], Deviation[channel]);
            for (var at = channel * Side * Side; at < (channel + 1) * Side * Side; at++)
                values[at] = ((planes[at] / 255f) - mean) / deviation;
        }
    }

    public void Write(string folder) => File.WriteAllText(Path.Combine(folder, PackageFiles.Pictures), JsonSerializer.Serialize(this, PackageJson.Indented));

    /// <exception cref="InvalidDataException">The file is of another format, or no settings.</exception>
    public static PictureSettings Read(string folder)
    {
        var path = Path.Combine(folder, PackageFiles.Pictures);
        try
        {
            return JsonSerializer.Deserialize<PictureSettings>(File.ReadAllText(path), PackageJson.Indented) is
            { Format: CurrentFormat, Side: >= 8 and <= Picture.LongestSide * 4, Dimensions: > 0, Mean.Count: 3, Deviation.Count: 3 } read && read.Deviation.All(deviation => deviation > 0)
                ? read
                : throw new InvalidDataException($"{path} is not of format {CurrentFormat}, or its numbers are none of a picture network. Train and register the model again.");
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"{path} cannot be read: {exception.Message} Train and register the model again.", exception);
        }
    }
}
