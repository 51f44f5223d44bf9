using ModelOps.AppHost.LocalEngine.Processes;

namespace ModelOps.AppHost.LocalEngine.Parts;

/// <summary>One process of the application: how it is prepared, started and asked whether it is well.</summary>
internal interface IPart
{
    /// <summary>Stores end after the services that write to them, and their chatter stays in their log files.</summary>
    bool IsStore { get; }

    /// <summary>Whether ending by itself with exit code 0 means that the work is done.</summary>
    bool MayFinish => false;

    /// <summary>Before each start; repeating it is harmless.</summary>
    Task<ProcessSpec> PrepareAsync(CancellationToken cancellationToken);

    /// <summary>Null when well, otherwise why not.</summary>
    Task<string?> ProbeAsync(CancellationToken cancellationToken);
}
