namespace ModelOps.Bench.Stack;

internal static class Repository
{
    /// <summary>The folder of the solution that this program is started in.</summary>
    public static string Root()
    {
        for (var folder = new DirectoryInfo(Environment.CurrentDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "ModelOps.Aspire.sln")))
                return folder.FullName;
        }
        throw new DirectoryNotFoundException("ModelOps.Aspire.sln lies neither here nor above. Start the benchmark in the project's folder.");
    }
}
