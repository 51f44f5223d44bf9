using Aspire.Hosting.ApplicationModel;
using ModelOps.AppHost.LocalEngine.Parts;
using ModelOps.AppHost.LocalEngine.Processes;
using ModelOps.AppHost.LocalEngine.Storage;

namespace ModelOps.AppHost.LocalEngine.Running;

/// <summary>Keeps one process running: starts it, watches its health, starts it again after a crash, ends it at the end.</summary>
internal sealed class Supervisor : IDisposable
{
    private readonly IPart _part;
    private readonly EngineContext _context;
    private readonly Action _changed;
    private readonly ResourceLog _log;
    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;
    private TimeSpan _grace;

    public Supervisor(string id, IPart part, EngineContext context, Action changed)
    {
        (_part, _context, _changed) = (part, context, changed);
        _log = new ResourceLog(Path.Combine(context.Data.Folder("logs"), $"{id}.log"), context.Logs.Megabytes * 1024L * 1024, context.Logs.Files - 1);
        Current = new ReplicaSnapshot(id);
    }

    public ReplicaSnapshot Current { get; private set; }

    public IPart Part => _part;

    public ResourceLog Log => _log;

    public void Start() => _running = RunAsync();

    /// <summary>Signal, <paramref name="grace"/>, kill.</summary>
    public async Task StopAsync(TimeSpan grace)
    {
        _grace = grace;
        if (Current.ProcessId is not null)
            Update(Current with { State = KnownResourceStates.Stopping, Healthy = false });
        await _stopping.CancelAsync();
        await _running;
        _log.Dispose();
    }

    private async Task RunAsync()
    {
        var backOff = new BackOff();
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                if (await RunOnceAsync(backOff))
                    return;
                await Task.Delay(backOff.Next(), _stopping.Token);
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                break;
            }
            catch (Exception cause) when (cause is not OutOfMemoryException)
            {
                // Preparing failed: no package, no permission, no disk. It is said, and tried again like a crash.
                Fail(cause.Message, null, backOff.Peek);
                await Task.Delay(backOff.Next(), _stopping.Token).ContinueWith(_ => { }, TaskScheduler.Default);
            }
            Update(Current with { Restarts = Current.Restarts + 1 });
        }
        Update(Current with { State = KnownResourceStates.Exited, Healthy = false, ProcessId = null });
    }

    /// <summary>One life of the process. True when it need not be started again.</summary>
    private async Task<bool> RunOnceAsync(BackOff backOff)
    {
        Update(Current with { State = KnownResourceStates.Starting, Healthy = false, Reason = null });
        var spec = await _part.PrepareAsync(_stopping.Token);
        _stopping.Token.ThrowIfCancellationRequested();
        using var process = ChildProcess.Start(Current.Id, spec, _context.Ledger, OnLine);
        Update(Current with { ProcessId = process.Id, ExitCode = null });

        using var gone = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        var watching = new HealthWatch(_part, OnHealth, backOff).RunAsync(gone.Token);
        await Task.WhenAny(process.Exited, Task.Delay(Timeout.Infinite, gone.Token));
        var crashed = process.Exited.IsCompleted && !_stopping.IsCancellationRequested;
        var wasHealthy = Current.Healthy;
        await gone.CancelAsync();
        await watching;

        if (!crashed)
        {
            await process.StopAsync(_grace);
            throw new OperationCanceledException(_stopping.Token);
        }
        await process.EndLeftoversAsync();
        return Ended(await process.Exited, wasHealthy, backOff.Peek);
    }

    private bool Ended(int exitCode, bool wasHealthy, TimeSpan pause)
    {
        if (exitCode == 0 && _part.MayFinish)
        {
            Update(Current with { State = KnownResourceStates.Finished, Healthy = false, ProcessId = null, ExitCode = 0, Reason = null });
            return true;
        }
        if (wasHealthy)
        {
            Update(Current with { State = KnownResourceStates.Exited, Healthy = false, ProcessId = null, ExitCode = exitCode, Reason = $"exited with code {exitCode}" });
            _context.Console.Warn($"{Current.Id} exited with code {exitCode}; it starts again in {pause.TotalSeconds:0.#} s. Log: {_log.Path}");
        }
        else
        {
            Fail($"exited with code {exitCode} before it was healthy", exitCode, pause);
        }
        return false;
    }

    private void Fail(string reason, int? exitCode, TimeSpan pause)
    {
        var isNews = Current.Reason != reason && Current.Restarts == 0;
        Update(Current with { State = KnownResourceStates.FailedToStart, Healthy = false, ProcessId = null, ExitCode = exitCode, Reason = reason });
        _context.Console.Error($"{Current.Id}: {reason}; next attempt in {pause.TotalSeconds:0.#} s. Log: {_log.Path}");
        if (isNews)
            ShowTail();
    }

    public void ShowTail()
    {
        foreach (var line in _log.Tail(20))
            _context.Console.Resource(Current.Id, line);
    }

    private void OnHealth(string? reason)
    {
        if (reason is null && !Current.Healthy)
            Update(Current with { State = KnownResourceStates.Running, Healthy = true, Reason = null });
        else if (reason is not null && Current.Healthy)
            Update(Current with { State = KnownResourceStates.RuntimeUnhealthy, Healthy = false, Reason = reason });
        else if (Current.Reason != reason)
            Update(Current with { Reason = reason });
    }

    private void OnLine(string line)
    {
        _log.Write(line);
        if (!_part.IsStore)
            _context.Console.Resource(Current.Id, line);
    }

    private void Update(ReplicaSnapshot next)
    {
        if (next == Current)
            return;
        Current = next;
        _changed();
    }

    public void Dispose()
    {
        _stopping.Dispose();
        _log.Dispose();
    }
}
