using Aspire.Hosting.ApplicationModel;

namespace ModelOps.AppHost.LocalEngine.Running;

/// <summary>A resource that only real Aspire can run.</summary>
internal sealed class UnsupportedRun(IResource resource, string type, string reason, EngineContext context) : ResourceRun(resource, type, context)
{
    protected override Task LaunchAsync(CancellationToken cancellationToken)
    {
        Context.Console.Error($"{Resource.Name}: {reason}");
        Publish(Snapshot with { State = KnownResourceStates.FailedToStart, Reason = reason });
        return Task.CompletedTask;
    }
}
