using System.Globalization;
using Aspire.Hosting;

namespace ModelOps.AppHost.LocalEngine.Storage;

/// <summary>One AppHost per data folder. The kernel frees the lock when its holder ends, however it ends.</summary>
internal sealed class EngineLock : IDisposable
{
    public const string FileName = "engine.lock";

    // A file of its own: nobody but its holder can open the locked one, not even to read it.
    private const string HolderName = "engine.pid";

    /// <summary>What the lock itself keeps in the folder.</summary>
    public static IReadOnlyList<string> Files { get; } = [FileName, HolderName];

    private readonly FileStream _file;

    private EngineLock(FileStream file) => _file = file;

    public static EngineLock Take(DataFolder folder)
    {
        var path = folder.File(FileName);
        try
        {
            var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            File.WriteAllText(folder.File(HolderName), Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
            return new EngineLock(file);
        }
        catch (IOException)
        {
            throw new DistributedApplicationException(
                $"Another AppHost{Holder(folder.File(HolderName))} is running on the data folder {folder.Root}. Stop it first, or give this one a folder of its own: --data DIR (or MODELOPS_DATA=DIR).");
        }
    }

    /// <summary>Whether an AppHost runs on the folder; asking takes nothing.</summary>
    public static bool IsHeld(DataFolder folder)
    {
        var path = Path.Combine(folder.Root, FileName);
        if (!File.Exists(path))
            return false;
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    private static string Holder(string path) => File.Exists(path) ? $" (process {File.ReadAllText(path)})" : "";

    public void Dispose() => _file.Dispose();
}
