using Aspire.Hosting;
using ModelOps.AppHost.LocalEngine.Running;

namespace ModelOps.AppHost.LocalEngine.Storage;

/// <summary>A full disk breaks stores in ways that do not name it, so it is named before they start.</summary>
internal static class FreeSpace
{
    public const long Megabyte = 1024 * 1024;
    public const long Refuse = 200 * Megabyte;
    public const long Warn = 1024 * Megabyte;

    public static void Check(string folder, EngineConsole console) => Check(folder, new DriveInfo(folder).AvailableFreeSpace, console);

    internal static void Check(string folder, long free, EngineConsole console)
    {
        if (free < Refuse)
            throw new DistributedApplicationException($"The disk is full: {free / Megabyte} MB are free where {folder} lies, and the stores need at least {Refuse / Megabyte} MB. Free some space, or use another disk: --data DIR.");
        if (free < Warn)
            console.Warn($"The disk is nearly full: {free / Megabyte} MB are free where {folder} lies. Below {Refuse / Megabyte} MB the application does not start.");
    }
}
