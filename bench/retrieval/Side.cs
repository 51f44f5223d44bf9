namespace ModelOps.Bench.Retrieval;

/// <summary>What one way of finding the best items gives and costs.</summary>
/// <param name="Effort">What it was tuned to.</param>
/// <param name="Recall">Of the exact first <see cref="Work.Depth"/>, the share that is found; the mean over the queries.</param>
/// <param name="Single">Milliseconds of processor time for a query alone.</param>
/// <param name="Batched">The same for one of <see cref="Work.Batch"/> that are asked together.</param>
/// <param name="Built">Seconds that building took.</param>
/// <param name="Bytes">Of all that a search needs.</param>
internal sealed record Side(string Name, string Effort, double Recall, double Single, double Batched, double Built, long Bytes);
