namespace ModelOps.Features.Assist;

/// <summary>The tensors of a message classifier's graph.</summary>
public static class MessageGraph
{
    /// <summary>(batch, length) int64.</summary>
    public const string Words = "words";

    /// <summary>(batch, length, <see cref="WordEncoder.MostRuns"/>) int64.</summary>
    public const string Runs = "runs";

    /// <summary>(batch, classes): logarithms of the probabilities.</summary>
    public const string Scores = "scores";
}
