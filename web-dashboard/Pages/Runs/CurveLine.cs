namespace ModelOps.Dashboard.Pages.Runs;

/// <summary>One line of a learning curve.</summary>
public sealed record CurveLine(string Name, IReadOnlyList<CurvePoint> Points);

/// <param name="Epoch">The pass over the training data, from 1.</param>
public sealed record CurvePoint(int Epoch, double Value);
