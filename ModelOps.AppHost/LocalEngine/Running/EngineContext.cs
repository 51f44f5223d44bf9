using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using ModelOps.AppHost.LocalEngine.Packages;
using ModelOps.AppHost.LocalEngine.Processes;
using ModelOps.AppHost.LocalEngine.Storage;

namespace ModelOps.AppHost.LocalEngine.Running;

/// <summary>What every part of one run shares.</summary>
internal sealed record EngineContext(
    DataFolder Data,
    ProcessLedger Ledger,
    EngineConsole Console,
    ResourceNotificationService Notifications,
    NodePackages NodePackages,
    GarnetTool GarnetTool,
    DistributedApplicationExecutionContext ExecutionContext,
    string EnvironmentName,
    string TelemetryUrl,
    LogLimits Logs,
    Action<IResource> ShowTail)
{
    public WaitReports Reports { get; } = new();
}
