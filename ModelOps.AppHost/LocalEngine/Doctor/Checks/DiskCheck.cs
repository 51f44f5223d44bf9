using ModelOps.AppHost.LocalEngine.Commands;
using ModelOps.AppHost.LocalEngine.Storage;

namespace ModelOps.AppHost.LocalEngine.Doctor.Checks;

/// <summary>Space where the data and the downloaded packages lie.</summary>
internal sealed class DiskCheck : ICheck
{
    public string Name => "disk";

    public Task<IReadOnlyList<Finding>> RunAsync(Installation installation, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<Finding>>(
    [
        Of("disk of the data", installation.Data.Root),
        Of("disk of the packages", DataFolder.Packages),
    ]);

    private static Finding Of(string subject, string folder)
    {
        var existing = folder;
        while (!Directory.Exists(existing))
            existing = Path.GetDirectoryName(existing)!;
        return Of(subject, folder, new DriveInfo(existing).AvailableFreeSpace);
    }

    internal static Finding Of(string subject, string folder, long free) =>
        free < FreeSpace.Refuse ? Finding.Broken(subject, $"{free / FreeSpace.Megabyte} MB are free at {folder}; the application does not start below {FreeSpace.Refuse / FreeSpace.Megabyte}", "Free some space, or use another disk: --data DIR, or MODELOPS_PACKAGES for the packages.")
        : free < FreeSpace.Warn ? Finding.Warning(subject, $"{free / FreeSpace.Megabyte} MB are free at {folder}", "Free some space. What is kept how long is in deploy/README.md.")
        : Finding.Fine(subject, $"{free / FreeSpace.Megabyte:N0} MB are free at {folder}");
}
