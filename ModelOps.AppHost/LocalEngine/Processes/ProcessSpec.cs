namespace ModelOps.AppHost.LocalEngine.Processes;

/// <summary>How to start one process and how to ask it to end.</summary>
internal sealed record ProcessSpec(string FileName, IReadOnlyList<string> Arguments, string WorkingDirectory)
{
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    public Signal Stop { get; init; } = Signal.Terminate;
}
