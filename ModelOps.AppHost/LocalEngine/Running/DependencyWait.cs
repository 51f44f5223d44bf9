using Aspire.Hosting.ApplicationModel;

namespace ModelOps.AppHost.LocalEngine.Running;

/// <summary>Waits for another resource. When that takes long it says for which and why, instead of hanging in silence.</summary>
internal sealed class DependencyWait(IResource waiting, WaitAnnotation wait, EngineContext context, TimeProvider? time = null)
{
    private static readonly TimeSpan FirstReport = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan NextReport = TimeSpan.FromSeconds(60);
    private readonly TimeProvider _time = time ?? TimeProvider.System;

    /// <summary>Null when reached, otherwise why it never will be.</summary>
    public async Task<string?> RunAsync(CancellationToken cancellationToken)
    {
        var reached = context.Notifications.WaitAsync(wait.Resource.Name, IsReached, cancellationToken);
        for (var pause = FirstReport; await Task.WhenAny(reached, Task.Delay(pause, _time, cancellationToken)) != reached; pause = NextReport)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Report();
        }
        var snapshot = await reached;
        return wait.WaitType == WaitType.WaitForCompletion && snapshot.ExitCode != wait.ExitCode
            ? $"'{wait.Resource.Name}' ended with exit code {snapshot.ExitCode}, not {wait.ExitCode}"
            : null;
    }

    private bool IsReached(ResourceSnapshot snapshot) => wait.WaitType switch
    {
        WaitType.WaitUntilHealthy => snapshot.Healthy,
        WaitType.WaitUntilStarted => snapshot.Healthy || snapshot.State is KnownResourceStates.Running or KnownResourceStates.RuntimeUnhealthy or KnownResourceStates.Finished,
        WaitType.WaitForCompletion => snapshot is { State: KnownResourceStates.Finished or KnownResourceStates.Exited, ExitCode: not null },
        _ => throw new InvalidOperationException($"{wait.WaitType} is not a way to wait."),
    };

    private void Report()
    {
        // A database waits for its server: the server is what is to be looked at.
        var cause = wait.Resource;
        while (cause is IResourceWithParent child && !context.Notifications.Current(child.Parent.Name).Healthy)
            cause = child.Parent;
        var snapshot = context.Notifications.Current(cause.Name);
        // Several wait for one: its first waiter speaks for all.
        if (!context.Reports.IsNews(cause.Name))
            return;
        context.Console.Warn($"{waiting.Name} still waits for {wait.Resource.Name}: {cause.Name} is {snapshot.State}{(snapshot.Reason is { } reason ? $", {reason}" : "")}");
        context.ShowTail(cause);
    }
}
