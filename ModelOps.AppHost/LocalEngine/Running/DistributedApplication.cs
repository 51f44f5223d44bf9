using System.Runtime.InteropServices;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using ModelOps.AppHost.LocalEngine.Commands;
using ModelOps.AppHost.LocalEngine.Running;

namespace Aspire.Hosting;

/// <summary>The application that AppHost.cs describes, run by LocalEngine: real parts as processes, no Docker.</summary>
public sealed class DistributedApplication : IHost, IAsyncDisposable
{
    /// <summary>The first start downloads them.</summary>
    private static readonly TimeSpan StorePatience = TimeSpan.FromMinutes(10);

    private readonly DistributedApplicationBuilder _builder;
    private readonly EngineConsole _console = EngineConsole.Standard();
    private readonly Engine _engine;
    private Task? _stopped;

    internal DistributedApplication(DistributedApplicationBuilder builder)
    {
        _builder = builder;
        builder.Services.AddSingleton(ResourceNotifications);
        Services = builder.Services.BuildServiceProvider();
        _engine = new Engine(builder, ResourceNotifications, _console);
    }

    public IServiceProvider Services { get; }

    public ResourceNotificationService ResourceNotifications { get; } = new();

    /// <summary>The address of the telemetry and resources API, once started.</summary>
    public string TelemetryUrl => _engine.TelemetryUrl;

    public static IDistributedApplicationBuilder CreateBuilder() => CreateBuilder([]);

    public static IDistributedApplicationBuilder CreateBuilder(string[] args) => new DistributedApplicationBuilder(args);

    public static IDistributedApplicationBuilder CreateBuilder(DistributedApplicationOptions options) => new DistributedApplicationBuilder(options.Args ?? []);

    public void Run() => RunAsync().GetAwaiter().GetResult();

    /// <summary>Runs until Ctrl+C, SIGTERM or cancellation, and leaves no process behind; a command (<c>doctor</c>) runs to its end.</summary>
    public async Task RunAsync(CancellationToken cancellationToken = default)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var signals = EndOn(ending);
        try
        {
            if (_builder.CommandLine.Words is [var command, .. var words])
            {
                Environment.ExitCode = await CommandList.Find(command).RunAsync(new CommandContext(this, _builder, new Installation(_builder), words, _console), ending.Token);
                return;
            }
            await StartAsync(ending.Token);
            await SayStartedAsync(ending.Token);
            await Task.Delay(Timeout.Infinite, ending.Token);
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            _console.Info("Application is shutting down...");
        }
        catch (DistributedApplicationException cause)
        {
            _console.Error(cause.Message);
            Environment.ExitCode = 1;
        }
        finally
        {
            await StopAsync(CancellationToken.None);
        }
    }

    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        _console.Info("Distributed application starting.");
        _console.Info($"Application host directory is: {_builder.AppHostDirectory}");
        await _engine.StartAsync(cancellationToken);
        _console.Info($"Data folder is: {_builder.DataFolder.Root}");
        _console.Info($"Now listening on: {_engine.TelemetryUrl}");
        if (_builder.Resources.OfType<ProjectResource>().FirstOrDefault(resource => resource.Name == "dashboard") is { } dashboard)
            _console.Info($"Login to the dashboard at {new EndpointReference(dashboard, "http").Url}");
    }

    /// <summary>The stores alone, without the services that write to them, and waits until each database and container is there.</summary>
    internal async Task StartStoresAsync(CancellationToken cancellationToken)
    {
        foreach (var program in _builder.Resources.Where(resource => resource is ProjectResource or ExecutableResource).ToList())
            _builder.Resources.Remove(program);
        await StartAsync(cancellationToken);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(StorePatience);
        try
        {
            foreach (var child in _builder.Resources.OfType<IResourceWithParent>())
                await ResourceNotifications.WaitForResourceHealthyAsync(child.Name, patience.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            var missing = ResourceNotifications.All.First(snapshot => !snapshot.Healthy);
            throw new DistributedApplicationException($"{missing.Name} does not become well: {missing.Reason}. Its log is in {_builder.DataFolder.Folder("logs")}.");
        }
    }

    public Task StopAsync(CancellationToken cancellationToken = default) => (_stopped ??= _engine.StopAsync()).WaitAsync(cancellationToken);

    private async Task SayStartedAsync(CancellationToken cancellationToken)
    {
        await _engine.SettledAsync(cancellationToken);
        foreach (var failed in ResourceNotifications.All.Where(snapshot => snapshot.State == KnownResourceStates.FailedToStart))
            _console.Error($"{failed.Name} does not run: {failed.Reason}");
        _console.Info("Distributed application started. Press Ctrl+C to shut down.");
        foreach (var snapshot in ResourceNotifications.All.Where(snapshot => snapshot.Urls.Count > 0))
            _console.Info($"  {snapshot.Name,-12} {snapshot.State,-10} {string.Join(' ', snapshot.Urls)}");
    }

    // The default action of each signal would end this process and leave the others.
    private static Registrations EndOn(CancellationTokenSource ending) => new(
        [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP, PosixSignal.SIGQUIT }.Select(signal => PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            ending.Cancel();
        }))]);

    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _engine.Dispose();
        await ((ServiceProvider)Services).DisposeAsync();
    }

    private sealed class Registrations(PosixSignalRegistration[] signals) : IDisposable
    {
        public void Dispose()
        {
            foreach (var signal in signals)
                signal.Dispose();
        }
    }
}
