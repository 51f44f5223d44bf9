using ModelOps.Trainer.Training;

namespace ModelOps.Trainer.Runs;

/// <summary>A run's place on the local disk.</summary>
internal static class RunFolder
{
    private static string Of(TrainerOptions options, Guid run) => Path.Combine(options.WorkFolder, run.ToString());

    /// <summary>An empty folder: what an earlier attempt left may be newer than the checkpoint, or half of it.</summary>
    public static string Create(TrainerOptions options, Guid run)
    {
        Remove(options, run);
        return Directory.CreateDirectory(Of(options, run)).FullName;
    }

    public static string Package(string folder) => Path.Combine(folder, TrainingTask.PackageFolder);

    public static string PackageOf(TrainerOptions options, Guid run) => Package(Of(options, run));

    public static void KeepOnlyPackage(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder))
            File.Delete(file);
    }

    public static void Remove(TrainerOptions options, Guid run)
    {
        if (Directory.Exists(Of(options, run)))
            Directory.Delete(Of(options, run), recursive: true);
    }
}
