using Aspire.Hosting.ApplicationModel;
using ModelOps.AppHost.LocalEngine.Parts;

namespace ModelOps.AppHost.LocalEngine.Running;

/// <summary>A resource that is one process or several equal ones.</summary>
internal sealed class ProcessRun : ResourceRun
{
    private readonly Lock _lock = new();
    private readonly IReadOnlyList<Supervisor> _replicas;

    public ProcessRun(IResource resource, string type, IReadOnlyList<IPart> parts, EngineContext context) : base(resource, type, context) =>
        _replicas = [.. parts.Select((part, index) => new Supervisor(ReplicaId(resource, index), part, context, OnChange))];

    public bool IsStore => _replicas[0].Part.IsStore;

    /// <summary>The first replica carries the resource's name alone.</summary>
    public static string ReplicaId(IResource resource, int index) => index == 0 ? resource.Name : $"{resource.Name}-{index + 1}";

    /// <summary>
    /// The ports of the replicas that can serve: the healthy ones, or else those that run but are ill, because their own
    /// answer says more than a refusal. A replica that is still starting is not among them.
    /// </summary>
    public IReadOnlyList<int> Serving(EndpointAnnotation endpoint)
    {
        var healthy = Ports(endpoint, replica => replica.Healthy);
        return healthy.Count > 0 ? healthy : Ports(endpoint, replica => replica.State == KnownResourceStates.RuntimeUnhealthy);
    }

    protected override Task LaunchAsync(CancellationToken cancellationToken)
    {
        foreach (var replica in _replicas)
            replica.Start();
        return Task.CompletedTask;
    }

    public override Task StopAsync(TimeSpan grace) => Task.WhenAll(_replicas.Select(replica => replica.StopAsync(grace)));

    public override void ShowTail()
    {
        foreach (var replica in _replicas.Where(replica => !replica.Current.Healthy))
            replica.ShowTail();
    }

    private List<int> Ports(EndpointAnnotation endpoint, Func<ReplicaSnapshot, bool> which) =>
        [.. _replicas.Where(replica => which(replica.Current)).Select(replica => ((ProjectPart)replica.Part).TargetPort(endpoint)).OfType<int>()];

    private void OnChange()
    {
        lock (_lock)
        {
            var replicas = _replicas.Select(replica => replica.Current).ToList();
            // The best replica speaks for all: one that serves is enough for those who wait.
            var best = replicas.MinBy(replica => Rank(replica))!;
            Publish(Snapshot with { State = best.State, Healthy = best.Healthy, Reason = best.Reason, ExitCode = best.ExitCode, Replicas = replicas, Urls = Urls() });
        }
    }

    private IReadOnlyList<string> Urls() =>
        [.. Resource.Annotations.OfType<EndpointAnnotation>().Select(endpoint => $"{endpoint.UriScheme}://localhost:{endpoint.AllocatedPort.Task.Result}")];

    private static int Rank(ReplicaSnapshot replica) => replica switch
    {
        { Healthy: true } => 0,
        { State: KnownResourceStates.RuntimeUnhealthy } => 1,
        { State: KnownResourceStates.Starting } => 2,
        { State: KnownResourceStates.Stopping } => 3,
        _ => 4,
    };
}
