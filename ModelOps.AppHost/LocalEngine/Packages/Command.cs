using System.ComponentModel;
using System.Diagnostics;

namespace ModelOps.AppHost.LocalEngine.Packages;

/// <summary>Runs a tool to its end.</summary>
internal static class Command
{
    /// <returns>The exit code and everything that was said; -1 where the tool does not exist.</returns>
    public static async Task<(int ExitCode, string Output)> RunAsync(
        string fileName, IEnumerable<string> arguments, string workingDirectory, Action<string>? onLine = null, CancellationToken cancellationToken = default)
    {
        var start = new ProcessStartInfo(fileName, arguments)
        {
            WorkingDirectory = workingDirectory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            using var process = Process.Start(start)!;
            var said = new List<string>();
            await using var killing = cancellationToken.Register(() => process.Kill(entireProcessTree: true));
            await Task.WhenAll(ReadAsync(process.StandardOutput), ReadAsync(process.StandardError));
            await process.WaitForExitAsync(CancellationToken.None);
            cancellationToken.ThrowIfCancellationRequested();
            return (process.ExitCode, string.Join('\n', said));

            async Task ReadAsync(StreamReader reader)
            {
                while (await reader.ReadLineAsync(CancellationToken.None) is { } line)
                {
                    lock (said)
                        said.Add(line);
                    onLine?.Invoke(line);
                }
            }
        }
        catch (Win32Exception)
        {
            return (-1, $"{fileName} is not installed");
        }
    }
}
