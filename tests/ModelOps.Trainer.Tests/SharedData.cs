namespace ModelOps.Trainer.Tests;

/// <summary>Public data beside the project, where there is any.</summary>
internal static class SharedData
{
    /// <param name="path">Inside <c>../shared/data</c>.</param>
    public static string? Find(string path)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "shared", "data", path);
            if (File.Exists(candidate))
                return candidate;
        }
        return null;
    }
}
