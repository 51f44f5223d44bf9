using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using ModelOps.AppHost.LocalEngine.Network;
using ModelOps.AppHost.LocalEngine.Packages;
using ModelOps.AppHost.LocalEngine.Processes;
using ModelOps.AppHost.LocalEngine.Storage;
using ModelOps.AppHost.LocalEngine.Telemetry;

namespace ModelOps.AppHost.LocalEngine.Running;

/// <summary>One run of the application, from the lock on its data folder to the end of its last process.</summary>
internal sealed class Engine(DistributedApplicationBuilder application, ResourceNotificationService notifications, EngineConsole console) : IDisposable
{
    private static readonly TimeSpan ServiceGrace = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan StopBudget = TimeSpan.FromSeconds(9);
    private readonly CancellationTokenSource _stopping = new();
    private EngineLock? _lock;
    private TelemetryReceiver? _telemetry;
    private EndpointAllocation? _endpoints;
    private ProcessLedger? _ledger;
    private IReadOnlyList<ResourceRun> _runs = [];
    private Task _starting = Task.CompletedTask;

    public string TelemetryUrl => _telemetry?.Url ?? "";

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var data = application.DataFolder;
        await ClaimAsync(data);
        _telemetry = await TelemetryReceiver.StartAsync(new TelemetryStore(), () => notifications.All, cancellationToken);
        var context = new EngineContext(
            data, _ledger!, console, notifications, new NodePackages(console), new GarnetTool(application.AppHostDirectory, console),
            application.ExecutionContext, application.Environment.EnvironmentName, _telemetry.Url, LogLimits.Of(application.Configuration), ShowTail);
        _runs = new RunFactory(context).Create(application.Resources);
        foreach (var run in _runs)
            run.Announce();
        AllocateEndpoints(data);
        _starting = Task.WhenAll(_runs.Select(run => StartAsync(run)));
    }

    /// <summary>Waits until every resource serves, is done, or has failed.</summary>
    public Task SettledAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(_runs.Select(run => notifications.WaitAsync(run.Resource.Name, IsSettled, cancellationToken)));

    /// <summary>Services first, then the stores that they write to; each is asked and, after its grace, killed.</summary>
    public async Task StopAsync()
    {
        // Without the lock this run has started nothing, and what lies in the data folder is another's.
        if (_lock is null)
            return;
        var began = TimeProvider.System.GetTimestamp();
        await _stopping.CancelAsync();
        await _starting.ContinueWith(_ => { }, TaskScheduler.Default);
        var processes = _runs.OfType<ProcessRun>().ToLookup(run => run.IsStore);
        await Task.WhenAll(processes[false].Select(run => run.StopAsync(ServiceGrace)));
        var left = StopBudget - TimeProvider.System.GetElapsedTime(began);
        await Task.WhenAll(processes[true].Select(run => run.StopAsync(left > TimeSpan.FromSeconds(2) ? left : TimeSpan.FromSeconds(2))));
        if (_endpoints is not null)
            await _endpoints.DisposeAsync();
        if (_telemetry is not null)
            await _telemetry.DisposeAsync();
        if (_ledger is not null)
            await OrphanSweep.EndAllAsync(_ledger, console);
        application.DataFolder.ClearTemporary();
        _lock.Dispose();
    }

    private async Task ClaimAsync(DataFolder data)
    {
        if (!OperatingSystem.IsLinux())
            throw new DistributedApplicationException("LocalEngine runs on Linux (also under WSL). Elsewhere use Docker and real Aspire: dotnet run -p:UseAspire=true.");
        _lock = EngineLock.Take(data);
        RefuseHalfRestored(data);
        _ledger = new ProcessLedger(data);
        await OrphanSweep.EndAllAsync(_ledger, console);
        if (application.Reset)
        {
            console.Info($"Clearing {data.Root}.");
            data.Clear();
            _ledger = new ProcessLedger(data);
        }
        data.ClearTemporary();
        FreeSpace.Check(data.Root, console);
    }

    private void RefuseHalfRestored(DataFolder data)
    {
        if (application is { Reset: false, IsRestoring: false } && File.Exists(data.File(DataFolder.UnfinishedRestore)))
            throw new DistributedApplicationException(
                $"A restore into {data.Root} has not come to its end, so its stores are not whole. Restore again: restore {File.ReadAllText(data.File(DataFolder.UnfinishedRestore))} --overwrite. Or begin anew with --reset.");
    }

    private void AllocateEndpoints(DataFolder data)
    {
        var dynamicPorts = application.Configuration["MODELOPS_PORTS"] == "dynamic";
        _endpoints = new EndpointAllocation(console, dynamicPorts);
        foreach (var run in _runs.OfType<ProcessRun>())
        {
            foreach (var endpoint in run.Resource.Annotations.OfType<EndpointAnnotation>())
            {
                if (endpoint.IsProxied)
                    _endpoints.Proxy(run.Resource, endpoint, () => run.Serving(endpoint));
                else
                    _endpoints.Reserve(run.Resource, endpoint);
            }
        }
        _endpoints.WriteTo(data);
    }

    private async Task StartAsync(ResourceRun run)
    {
        try
        {
            await run.StartAsync(_stopping.Token);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The application ends before this resource began.
        }
    }

    private static bool IsSettled(ResourceSnapshot snapshot) =>
        snapshot.IsSettled && !(snapshot is { State: KnownResourceStates.FailedToStart, Replicas: [{ Restarts: < 3 }, ..] });

    private void ShowTail(IResource resource) => _runs.First(run => run.Resource == resource).ShowTail();

    public void Dispose() => _stopping.Dispose();
}
