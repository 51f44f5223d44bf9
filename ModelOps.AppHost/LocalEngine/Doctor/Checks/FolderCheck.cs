using ModelOps.AppHost.LocalEngine.Commands;
using ModelOps.AppHost.LocalEngine.Storage;

namespace ModelOps.AppHost.LocalEngine.Doctor.Checks;

/// <summary>The data folder can be written, and by its owner alone.</summary>
internal sealed class FolderCheck : ICheck
{
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    public string Name => "data folder";

    public Task<IReadOnlyList<Finding>> RunAsync(Installation installation, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<Finding>>(
        Directory.Exists(installation.Data.Root)
            ? [Writable(installation.Data.Root), Private("data folder", installation.Data.Root, "700"), .. Secret(installation.Data.Root)]
            : [Finding.Skipped("data folder", $"{installation.Data.Root} is made by the first start")]);

    private static Finding Writable(string folder)
    {
        var probe = Path.Combine(folder, $"doctor.{Guid.NewGuid():N}");
        try
        {
            File.WriteAllText(probe, "can this folder be written?");
            File.Delete(probe);
            return Finding.Fine("data folder", "can be written");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Finding.Broken("data folder", $"{folder} cannot be written: {exception.Message}", $"Give it to whoever runs the AppHost: chown -R {Environment.UserName} {folder}, or use another: --data DIR.");
        }
    }

    private static IEnumerable<Finding> Secret(string folder) =>
        Path.Combine(folder, Secrets.FileName) is var path && File.Exists(path) ? [Private(Secrets.FileName, path, "600")] : [];

    private static Finding Private(string subject, string path, string mode) => (File.GetUnixFileMode(path) & Others) == 0
        ? Finding.Fine(subject, "is its owner's alone")
        : Finding.Warning(subject, $"others on this machine can open {path}, which holds passwords and people's data", $"chmod {mode} {path}");
}
