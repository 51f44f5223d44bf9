using System.ComponentModel.DataAnnotations;
using ModelOps.Pictures;

namespace ModelOps.Trainer.Pictures;

/// <summary>Parameters of the application <c>pictures</c>.</summary>
public sealed record PictureParameters
{
    /// <summary>A registered ONNX model, its champion: pictures in, (batch, 3, side, side), vectors out. It is taken as it is. Without it a small network is trained here.</summary>
    [MaxLength(128)] public string? Base { get; init; }

    /// <summary>Of the square that the network sees, in pixels; a base whose graph fixes it, or whose package says it, decides it itself.</summary>
    [Range(16, Picture.LongestSide)] public int Side { get; init; } = 64;

    /// <summary>Of red, green and blue from 0 to 1, as the base expects them: what is taken off …</summary>
    [MinLength(3), MaxLength(3)] public IReadOnlyList<float> Mean { get; init; } = [.5f, .5f, .5f];

    /// <summary>… and what is divided by.</summary>
    [MinLength(3), MaxLength(3)] public IReadOnlyList<float> Deviation { get; init; } = [.25f, .25f, .25f];

    /// <summary>Channels of the first layer; each of the three stages after it doubles them.</summary>
    [Range(4, 128)] public int Width { get; init; } = 16;

    [Range(8, 1024)] public int Dimensions { get; init; } = 64;

    [Range(1, 1000)] public int Passes { get; init; } = 10;

    /// <summary>The training's end, however many passes there are; the learning rate comes to its end with it.</summary>
    [Range(1, 1_000_000)] public double MostSeconds { get; init; } = 540;

    [Range(8, 4096)] public int BatchSize { get; init; } = 128;

    [Range(1e-6, 1)] public double LearningRate { get; init; } = 2e-3;

    [Range(0.01, 1)] public double Temperature { get; init; } = 0.1;

    /// <summary>How much it counts that a picture belongs to its title rather than to others'. 0 leaves titles out.</summary>
    [Range(0, 10)] public double TitleWeight { get; init; } = 1;

    /// <summary>How much it counts that two views of a product are alike and others are not. 0 is about twice as fast.</summary>
    [Range(0, 10)] public double ViewWeight { get; init; } = 0.25;

    /// <summary>How often the second view is of a product that was bought on the same day, where there is one.</summary>
    [Range(0, 1)] public double PairShare { get; init; } = 0.1;

    /// <summary>Share of the pictures that are held out to measure on, and not learned from.</summary>
    [Range(0.01, 0.5)] public double HeldOut { get; init; } = 0.1;

    /// <summary>Longest side of the copies in the package that pages may show, in pixels; 0 leaves them out.</summary>
    [Range(0, Picture.LongestSide)] public int Thumbnails { get; init; } = 96;

    [Range(0, int.MaxValue)] public int Seed { get; init; } = 1;
}
