namespace ModelOps.Tests;

/// <summary>Public data beside the project, in <c>../shared/data</c>; a test that needs it is skipped where it is absent.</summary>
internal static class SharedData
{
    public static string Find(string path)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "shared", "data", path);
            if (Path.Exists(candidate))
                return candidate;
        }
        Assert.Skip($"Needs ../shared/data/{path}.");
        return "";
    }
}
