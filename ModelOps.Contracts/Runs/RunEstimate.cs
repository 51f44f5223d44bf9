namespace ModelOps.Contracts.Runs;

/// <summary>What a training is expected to take on the trainer's machine, learned from those that finished there.</summary>
/// <param name="PastRuns">Finished trainings of the same kind on such a machine. 0: nothing is known, and all that follows is null.</param>
/// <param name="Seconds">Of training, with its search.</param>
/// <param name="Megabytes">Of memory at the peak.</param>
/// <param name="Cost">Hours times the configured price; null where none is configured.</param>
/// <param name="Currency">Of the cost.</param>
/// <param name="Basis">In a sentence: what the figures rest on.</param>
public sealed record RunEstimate(int PastRuns, Expected? Seconds, Expected? Megabytes, Expected? Cost, string? Currency, string Basis);

/// <summary>An expected quantity.</summary>
/// <param name="Low">With <paramref name="High"/>, between which four of five lie; null while too few were measured to say.</param>
public sealed record Expected(double Value, double? Low, double? High);
