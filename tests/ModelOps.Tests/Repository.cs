namespace ModelOps.Tests;

/// <summary>Where the sources are that the tests were built from.</summary>
internal static class Repository
{
    public static readonly string Root = Above(AppContext.BaseDirectory);

    private static string Above(string folder) => File.Exists(Path.Combine(folder, "ModelOps.Aspire.sln"))
        ? folder
        : Above(Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests run outside the repository."));
}
