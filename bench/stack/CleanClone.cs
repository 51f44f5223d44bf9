using System.Diagnostics;

namespace ModelOps.Bench.Stack;

/// <summary>A clone without any build output, with a data folder of its own.</summary>
internal sealed class CleanClone : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("modelops-bench-stack-").FullName;
    private readonly bool cold;
    private readonly bool keep;

    private CleanClone(bool cold, bool keep) => (this.cold, this.keep) = (cold, keep);

    private string Source => Path.Combine(folder, "clone");

    public string BuiltAppHost => Path.Combine(Source, "ModelOps.AppHost", "bin", "Debug", "net10.0", "ModelOps.AppHost");

    public static CleanClone Of(string repository, bool cold, bool keep)
    {
        var clone = new CleanClone(cold, keep);
        using var git = Process.Start("git", ["clone", "--quiet", "--no-hardlinks", repository, clone.Source]);
        git.WaitForExit();
        return git.ExitCode == 0 ? clone : throw new InvalidOperationException($"git clone ended with {git.ExitCode}.");
    }

    public RunningStack Start(string program, params string[] arguments)
    {
        var data = Path.Combine(folder, "data");
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = Source, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["MODELOPS_DATA"] = data;
        start.Environment["MODELOPS_PORTS"] = "dynamic";
        if (cold)
        {
            start.Environment["NUGET_PACKAGES"] = Path.Combine(folder, "nuget");
            start.Environment["NUGET_HTTP_CACHE_PATH"] = Path.Combine(folder, "nuget-http");
            start.Environment["npm_config_cache"] = Path.Combine(folder, "npm");
            start.Environment["MODELOPS_PACKAGES"] = Path.Combine(folder, "packages");
        }
        return new RunningStack(start, data);
    }

    public void Dispose()
    {
        if (keep)
            Console.WriteLine($"Left behind: {folder}");
        else
            Directory.Delete(folder, recursive: true);
    }
}
