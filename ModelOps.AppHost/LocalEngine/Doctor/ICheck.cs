using ModelOps.AppHost.LocalEngine.Commands;

namespace ModelOps.AppHost.LocalEngine.Doctor;

/// <summary>Looks at one thing that goes wrong with installations, and changes nothing.</summary>
internal interface ICheck
{
    string Name { get; }

    /// <summary>An exception is a finding too: what cannot be looked at is broken.</summary>
    Task<IReadOnlyList<Finding>> RunAsync(Installation installation, CancellationToken cancellationToken);
}
