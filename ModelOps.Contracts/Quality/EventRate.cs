namespace ModelOps.Contracts.Quality;

/// <summary>How fast a store's events come, by the time they happened.</summary>
/// <param name="PerSecond">Over the last minute.</param>
/// <param name="Counts">Events of each step, oldest first; the last step ends now.</param>
/// <param name="StepSeconds">How long a step is.</param>
public sealed record EventRate(double PerSecond, IReadOnlyList<long> Counts, int StepSeconds);
