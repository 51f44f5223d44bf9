namespace ModelOps.Trainer.Imports;

/// <summary>A foreign checkpoint cannot be used as it is: the message names each fault and what to change.</summary>
public sealed class ImportException : Exception
{
    public ImportException(string message) : base(message) => Faults = [message];

    public ImportException(IReadOnlyList<string> faults) : base(string.Join(" ", faults)) => Faults = faults;

    public IReadOnlyList<string> Faults { get; }
}
