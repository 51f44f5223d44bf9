namespace ModelOps.Dashboard.Pages.Runs;

/// <summary>One line of a learning curve.</summary>
public sealed record CurveLine(string Name, IReadOnlyList<CurvePoint> Points)
{
    /// <summary>The next of the palette where none is given.</summary>
    public string? Colour { get; init; }
}

/// <param name="Epoch">The pass over the training data, from 1.</param>
public sealed record CurvePoint(int Epoch, double Value);
