using Aspire.Hosting.ApplicationModel;

namespace ModelOps.AppHost.LocalEngine.Running;

/// <summary>A database or blob container: made in its server once that is healthy.</summary>
internal sealed class ChildRun(IResourceWithParent resource, string type, Func<CancellationToken, Task> create, EngineContext context)
    : ResourceRun(resource, type, context)
{
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(500);

    protected override async Task LaunchAsync(CancellationToken cancellationToken)
    {
        Publish(Snapshot with { State = KnownResourceStates.Waiting, Reason = $"waits for {resource.Parent.Name}" });
        while (true)
        {
            await Context.Notifications.WaitForResourceHealthyAsync(resource.Parent.Name, cancellationToken);
            try
            {
                await create(cancellationToken);
                break;
            }
            catch (Exception cause) when (cause is not OperationCanceledException)
            {
                // The server may have gone again. Whoever waits for this resource reads the reason.
                Publish(Snapshot with { Reason = cause.Message });
                await Task.Delay(Retry, cancellationToken);
            }
        }
        Publish(Snapshot with { State = KnownResourceStates.Running, Healthy = true, Reason = null });
    }
}
