using ModelOps.AppHost.LocalEngine.Commands;
using ModelOps.AppHost.LocalEngine.Network;

namespace ModelOps.AppHost.LocalEngine.Doctor.Checks;

/// <summary>The ports that AppHost.cs asks for. One that is taken is replaced at the start, so it is a warning.</summary>
internal sealed class PortsCheck : ICheck
{
    public string Name => "ports";

    public Task<IReadOnlyList<Finding>> RunAsync(Installation installation, CancellationToken cancellationToken)
    {
        if (installation.IsRunning || installation.Configuration["MODELOPS_PORTS"] == "dynamic")
            return Task.FromResult<IReadOnlyList<Finding>>([Finding.Skipped("ports", installation.IsRunning ? "the running application has its own" : "are chosen freely (MODELOPS_PORTS=dynamic)")]);
        var taken = installation.AllEndpoints.Where(one => one.Endpoint.Port is { } port && !FreePorts.IsFree(port)).ToList();
        return Task.FromResult<IReadOnlyList<Finding>>(taken.Count == 0
            ? [Finding.Fine("ports", "all that AppHost.cs asks for are free")]
            : [.. taken.Select(one => Finding.Warning($"port {one.Endpoint.Port}", $"of {one.Resource.Name} is taken by another program; another one would be chosen", $"See who listens: ss -ltnp sport = :{one.Endpoint.Port}. End it, or go on with the port that the start names."))]);
    }
}
