using System.ComponentModel.DataAnnotations;
using ModelOps.Features.Text.Linear;

namespace ModelOps.Trainer.Messages;

/// <summary>How a message classifier is trained.</summary>
public sealed record AssistParameters
{
    /// <summary>Passes over the messages that a network learns in, at most.</summary>
    [Range(1, 200)]
    public int Passes { get; init; } = 12;

    /// <summary>Messages that a network reads in all: of many there are fewer passes, two at least.</summary>
    [Range(1, 1_000_000_000)]
    public int Readings { get; init; } = 200_000;

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

    /// <summary>Of a squared hinge in the linear scores' training, beside half the squared length of the weights; where it is not given, messages kept apart choose it.</summary>
    [Range(.001, 1000)]
    public double? Cost { get; init; }

    /// <summary>How far a term's weight may grow by how telling naive Bayes finds it (0 alike for all, 1 fully); where it is not given, messages kept apart choose it.</summary>
    [Range(0, 1)]
    public double? Bayes { get; init; }

    /// <summary>Longest run of characters that is a term of the linear scores; one with a Chinese character has at most <see cref="Ideographs"/>.</summary>
    [Range(1, 8)]
    public int Characters { get; init; } = 5;

    /// <summary>Longest such run with a Chinese or Japanese character in it.</summary>
    [Range(1, 8)]
    public int Ideographs { get; init; } = 3;

    internal int PassesOver(int messages) => Math.Clamp(Readings / Math.Max(1, messages), Math.Min(2, Passes), Passes);

    internal TermSettings Terms => new(Characters: Characters, Ideographs: Ideographs);

    internal SvmSettings Svm => new((float)(Cost ?? 1), (float)(Bayes ?? 0));

    /// <summary>The share of the messages that is kept apart: half of it for choosing, half for measuring.</summary>
    [Range(.02, .5)]
    public double HeldOut { get; init; } = .2;

    /// <summary>The share of messages within scope that the limit of what is out of scope lets through.</summary>
    [Range(.5, .999)]
    public double ScopeKept { get; init; } = .95;

    [Range(0, int.MaxValue)]
    public int Seed { get; init; } = 1;
}
