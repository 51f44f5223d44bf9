using ModelOps.Jobs;
using ModelOps.Trainer.Training;

namespace ModelOps.Trainer.Runs;

/// <summary>A run's places on the local disk: a folder for each attempt, then the package alone until it is registered.</summary>
internal static class RunFolder
{
    /// <summary>
    /// An empty folder for one attempt. What an earlier one left may be newer than the checkpoint, or half of it, so it goes;
    /// and a replica that has lost its lease may still be at work in its own.
    /// </summary>
    public static string Create(TrainerOptions options, Job job)
    {
        RemoveAll(options, job.Id);
        return Directory.CreateDirectory(Path.Combine(options.WorkFolder, $"{job.Id}-{job.Token}")).FullName;
    }

    /// <summary>A folder for a package that is fetched.</summary>
    public static string CreateForFetching(TrainerOptions options, Guid run) => Directory.CreateDirectory(Path.Combine(options.WorkFolder, $"{run}-{Guid.NewGuid():N}")).FullName;

    /// <summary>Where an attempt writes the package.</summary>
    public static string Package(string folder) => Path.Combine(folder, TrainingTask.PackageFolder);

    /// <summary>Where the package of a finished run lies: whole, or not at all.</summary>
    public static string Kept(TrainerOptions options, Guid run) => Path.Combine(options.WorkFolder, run.ToString());

    /// <summary>Keeps the package that an attempt has written, and nothing else of it.</summary>
    public static void Keep(TrainerOptions options, Guid run, string folder)
    {
        Remove(Kept(options, run));
        Directory.Move(Package(folder), Kept(options, run));
        Remove(folder);
    }

    /// <summary>Removes a run's folders, whatever became of it.</summary>
    public static void RemoveAll(TrainerOptions options, Guid run)
    {
        foreach (var folder in Directory.CreateDirectory(options.WorkFolder).GetDirectories($"{run}*"))
            Remove(folder.FullName);
    }

    /// <summary>Removes a folder, or what can be removed of one that is still written to.</summary>
    public static void Remove(string folder)
    {
        try
        {
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
        }
        catch (IOException)
        {
            // Another attempt is writing to it or removing it.
        }
    }
}
