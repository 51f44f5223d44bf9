namespace ModelOps.Trainer.Training;

/// <summary>A training cannot go on, and trying again would not help: the message says what to change.</summary>
public sealed class TrainingException(string message) : Exception(message);
