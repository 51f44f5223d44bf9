using System.Globalization;
using ModelOps.AppHost.LocalEngine.Commands;
using ModelOps.AppHost.LocalEngine.Packages;

namespace ModelOps.AppHost.LocalEngine.Doctor.Checks;

/// <summary>The programs that LocalEngine starts.</summary>
internal sealed class ToolsCheck : ICheck
{
    private const int LeastNode = 20, LeastDotnet = 10;

    public string Name => "tools";

    public async Task<IReadOnlyList<Finding>> RunAsync(Installation installation, CancellationToken cancellationToken) =>
    [
        OperatingSystem.IsLinux()
            ? Finding.Fine("system", System.Runtime.InteropServices.RuntimeInformation.OSDescription)
            : Finding.Broken("system", "LocalEngine runs on Linux alone", "Use Linux or WSL, or Docker with real Aspire: dotnet run -p:UseAspire=true."),
        await AskAsync("dotnet", LeastDotnet, "install the .NET SDK 10: https://dotnet.microsoft.com/download", cancellationToken),
        await AskAsync("node", LeastNode, "install Node.js 20 or newer: https://nodejs.org, or: apt install nodejs", cancellationToken),
        await AskAsync("npm", 1, "install npm, which comes with Node.js; PostgreSQL and Azurite are its packages", cancellationToken),
        await AskAsync("setsid", 1, "install util-linux: apt install util-linux", cancellationToken),
    ];

    private static async Task<Finding> AskAsync(string program, int least, string remedy, CancellationToken cancellationToken)
    {
        var (exitCode, output) = await Command.RunAsync(program, ["--version"], Path.GetTempPath(), null, cancellationToken);
        var said = output.Split('\n')[0].Trim();
        return exitCode != 0 ? Finding.Broken(program, exitCode == -1 ? "is not installed" : $"does not run (exit code {exitCode}: {said})", remedy)
            : MajorOf(said) < least ? Finding.Broken(program, $"{said} is too old; {least} is needed", remedy)
            : Finding.Fine(program, said);
    }

    /// <summary>The first number: of <c>v20.20.2</c> and <c>setsid from util-linux 2.38.1</c>.</summary>
    internal static int MajorOf(string version)
    {
        var digits = new string([.. version.SkipWhile(letter => !char.IsAsciiDigit(letter)).TakeWhile(char.IsAsciiDigit)]);
        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var major) ? major : 0;
    }
}
