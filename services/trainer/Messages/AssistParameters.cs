using System.ComponentModel.DataAnnotations;

namespace ModelOps.Trainer.Messages;

/// <summary>How a message classifier is trained.</summary>
public sealed record AssistParameters
{
    /// <summary>Passes over the messages that a network learns in.</summary>
    [Range(1, 200)]
    public int Passes { get; init; } = 12;

    /// <summary>Networks of the package, which differ by their seeds and vote; 0 leaves the linear scores alone, in a tenth of the time.</summary>
    [Range(0, 8)]
    public int Networks { get; init; } = 2;

    /// <summary>Of a word's vector.</summary>
    [Range(8, 512)]
    public int Dimensions { get; init; } = 200;

    /// <summary>Of each width of the convolution.</summary>
    [Range(8, 1024)]
    public int Filters { get; init; } = 256;

    /// <summary>Of the first step; it falls to 0 in a straight line.</summary>
    [Range(1e-5, 1e-1)]
    public double LearningRate { get; init; } = 2e-3;

    /// <summary>Of a squared hinge in the linear scores' training, beside half the squared length of the weights.</summary>
    [Range(.001, 1000)]
    public double Cost { get; init; } = 1;

    /// <summary>How far a term's weight may grow by how telling naive Bayes finds it (0 alike for all, 1 fully).</summary>
    [Range(0, 1)]
    public double Bayes { get; init; }

    /// <summary>Longest run of characters that is a term of the linear scores; one with a Chinese character has at most 3.</summary>
    [Range(1, 8)]
    public int Characters { get; init; } = 5;

    /// <summary>The share of the messages that is kept apart: half of it for choosing, half for measuring.</summary>
    [Range(.02, .5)]
    public double HeldOut { get; init; } = .2;

    /// <summary>The share of messages within scope that the limit of what is out of scope lets through.</summary>
    [Range(.5, .999)]
    public double ScopeKept { get; init; } = .95;

    [Range(0, int.MaxValue)]
    public int Seed { get; init; } = 1;
}
