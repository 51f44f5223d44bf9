namespace ModelOps.Monitor.Verdicts;

/// <summary>What a verdict takes.</summary>
/// <param name="FewestAnswers">Of an arm, before anything good is said of it.</param>
/// <param name="Steps">Of the rollout: each is judged anew, so they share the probability of a false alarm.</param>
/// <param name="LossRuledOut">The share of the baseline's rate that a version must be certain not to lose before it is promoted; null before the last step.</param>
internal sealed record Strictness(long FewestAnswers, int Steps = 1, double? LossRuledOut = null);
