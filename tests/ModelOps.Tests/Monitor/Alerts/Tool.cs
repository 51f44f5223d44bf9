using System.Diagnostics;

namespace ModelOps.Tests.Monitor.Alerts;

/// <summary>Prometheus' own programs.</summary>
internal static class Tool
{
    public static ProcessStartInfo Start(string program, params string[] arguments)
    {
        var file = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);
        Assert.True(file is not null, $"{program} is not installed. ./check.sh installs it (Debian's prometheus and prometheus-alertmanager).");
        return new ProcessStartInfo(file, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
    }

    /// <summary>Asserts that a check finds nothing.</summary>
    public static async Task PassesAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(Start(program, arguments))!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}:\n{await output}\n{await errors}");
    }
}
