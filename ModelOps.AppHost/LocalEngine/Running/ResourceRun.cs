using Aspire.Hosting.ApplicationModel;

namespace ModelOps.AppHost.LocalEngine.Running;

/// <summary>One resource during one run: it waits for what it needs, starts, and publishes how it is.</summary>
internal abstract class ResourceRun(IResource resource, string type, EngineContext context)
{
    protected EngineContext Context { get; } = context;

    public IResource Resource { get; } = resource;

    protected ResourceSnapshot Snapshot { get; private set; } = new(resource.Name, type);

    public void Announce() => Context.Notifications.Publish(Snapshot);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (Resource.Annotations.OfType<ExplicitStartupAnnotation>().Any())
            return;
        var waits = Resource.Annotations.OfType<WaitAnnotation>().ToList();
        if (waits.Count > 0)
        {
            Publish(Snapshot with { State = KnownResourceStates.Waiting, Reason = $"waits for {string.Join(", ", waits.Select(wait => wait.Resource.Name).Distinct())}" });
            var failures = await Task.WhenAll(waits.Select(wait => new DependencyWait(Resource, wait, Context).RunAsync(cancellationToken)));
            if (failures.FirstOrDefault(failure => failure is not null) is { } failure)
            {
                Publish(Snapshot with { State = KnownResourceStates.FailedToStart, Reason = failure });
                return;
            }
        }
        await LaunchAsync(cancellationToken);
    }

    protected abstract Task LaunchAsync(CancellationToken cancellationToken);

    public virtual Task StopAsync(TimeSpan grace) => Task.CompletedTask;

    /// <summary>The end of its log on the console.</summary>
    public virtual void ShowTail()
    {
    }

    protected void Publish(ResourceSnapshot next)
    {
        var before = Snapshot;
        Snapshot = next;
        Context.Notifications.Publish(next);
        if (next.State != before.State)
            Context.Console.Resource(Resource.Name, string.Join(' ', new[] { next.State, Detail(next) }.Where(part => part.Length > 0)));
    }

    private static string Detail(ResourceSnapshot snapshot) => snapshot.State switch
    {
        KnownResourceStates.Running => string.Join(' ', snapshot.Urls),
        KnownResourceStates.Waiting or KnownResourceStates.RuntimeUnhealthy or KnownResourceStates.FailedToStart => $"({snapshot.Reason})",
        _ => "",
    };
}
