namespace ModelOps.DataPrep.Parts;

/// <summary>No replica could do a part. That says nothing about the data: whoever waits for it is to be tried again.</summary>
internal sealed class PartFailedException(string stage, int number, string reason) : Exception($"Part {number} of the stage '{stage}' failed on every attempt: {reason}");
