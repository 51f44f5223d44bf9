using Aspire.Hosting;
using ModelOps.AppHost.LocalEngine.Backup;
using ModelOps.AppHost.LocalEngine.Doctor;
using ModelOps.AppHost.LocalEngine.Support;

namespace ModelOps.AppHost.LocalEngine.Commands;

/// <summary>Every command, in the order in which they are listed.</summary>
internal static class CommandList
{
    public static IReadOnlyList<ICommand> All { get; } = [new DoctorCommand(), new SupportBundleCommand(), new BackupCommand(), new RestoreCommand()];

    public static ICommand Find(string name) => All.FirstOrDefault(command => command.Name == name)
        ?? throw new DistributedApplicationException(
            $"There is no command '{name}'. Without a command the application runs; the commands are:\n{string.Join('\n', All.Select(command => $"  {command.Name} {command.Usage}"))}");
}
