using Aspire.Hosting;
using Microsoft.Extensions.Configuration;

namespace ModelOps.AppHost.LocalEngine.Backup;

/// <summary>A backup holds people's data, passwords and the key that signs models: it is never written in the clear.</summary>
internal static class Passphrase
{
    public const string Variable = "MODELOPS_BACKUP_PASSPHRASE", FileSetting = "passphrase-file";
    private const int Shortest = 12;

    public static string Of(IConfiguration configuration)
    {
        var passphrase = configuration[FileSetting] is { Length: > 0 } path ? Read(path) : configuration[Variable] ?? "";
        return passphrase.Length >= Shortest ? passphrase : throw new DistributedApplicationException(
            $"{(passphrase.Length == 0 ? "There is no passphrase" : "The passphrase is too short")}. Give one of {Shortest} characters or more in {Variable} or in a file, --{FileSetting} FILE, for example from: openssl rand -base64 24. Keep it apart from the backup; without it the backup is lost.");
    }

    private static string Read(string path) => File.Exists(path)
        ? File.ReadAllText(path).Trim()
        : throw new DistributedApplicationException($"There is no file {path} with the passphrase.");
}
