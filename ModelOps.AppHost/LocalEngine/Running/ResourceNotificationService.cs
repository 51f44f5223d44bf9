using System.Collections.Concurrent;
using ModelOps.AppHost.LocalEngine.Running;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>Who wants to know how a resource is, asks or waits here.</summary>
public sealed class ResourceNotificationService
{
    private readonly ConcurrentDictionary<string, ResourceSnapshot> _snapshots = new(StringComparer.OrdinalIgnoreCase);
    private TaskCompletionSource _changed = NewSignal();

    public IReadOnlyList<ResourceSnapshot> All => [.. _snapshots.Values.OrderBy(snapshot => snapshot.Name, StringComparer.Ordinal)];

    public ResourceSnapshot Current(string resourceName) => _snapshots.TryGetValue(resourceName, out var snapshot)
        ? snapshot
        : throw new DistributedApplicationException($"There is no resource named '{resourceName}'.");

    public Task<ResourceSnapshot> WaitForResourceHealthyAsync(string resourceName, CancellationToken cancellationToken = default) =>
        WaitAsync(resourceName, snapshot => snapshot.Healthy, cancellationToken);

    public Task WaitForResourceAsync(string resourceName, string? targetState = null, CancellationToken cancellationToken = default) =>
        WaitAsync(resourceName, snapshot => snapshot.State == (targetState ?? KnownResourceStates.Running), cancellationToken);

    public async Task<string> WaitForResourceAsync(string resourceName, IEnumerable<string> targetStates, CancellationToken cancellationToken = default)
    {
        var states = targetStates.ToHashSet();
        return (await WaitAsync(resourceName, snapshot => states.Contains(snapshot.State), cancellationToken)).State;
    }

    public async Task<ResourceSnapshot> WaitAsync(string resourceName, Func<ResourceSnapshot, bool> isReached, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            // Taken before looking, so that a change in between is not missed.
            var changed = Volatile.Read(ref _changed).Task;
            if (Current(resourceName) is var snapshot && isReached(snapshot))
                return snapshot;
            await changed.WaitAsync(cancellationToken);
        }
    }

    internal void Publish(ResourceSnapshot snapshot)
    {
        _snapshots[snapshot.Name] = snapshot;
        Interlocked.Exchange(ref _changed, NewSignal()).SetResult();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
