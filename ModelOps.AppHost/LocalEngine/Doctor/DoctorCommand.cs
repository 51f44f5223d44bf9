using ModelOps.AppHost.LocalEngine.Commands;

namespace ModelOps.AppHost.LocalEngine.Doctor;

/// <summary>Says what is wrong with this installation and what to do about it; exit code 1 where something does not work.</summary>
internal sealed class DoctorCommand : ICommand
{
    public string Name => "doctor";

    public string Usage => "                  says what is wrong with this installation, and the remedy of each";

    public async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        context.Console.Info($"Data folder: {context.Installation.Data.Root} ({(context.Installation.IsRunning ? "an AppHost runs on it" : "no AppHost runs on it")})");
        var findings = await CheckList.RunAsync(context.Installation, cancellationToken);
        foreach (var finding in findings)
        {
            context.Console.Info($"{Mark(finding.Kind),-7} {finding.Subject,-24} {finding.Detail}");
            if (finding.Remedy is { } remedy)
                context.Console.Info($"{"",-7} {"",-24} → {remedy}");
        }
        var (broken, warnings) = (findings.Count(finding => finding.Kind == FindingKind.Broken), findings.Count(finding => finding.Kind == FindingKind.Warning));
        context.Console.Info($"{broken} broken, {warnings} to be watched, {findings.Count(finding => finding.Kind == FindingKind.Fine)} fine.");
        return broken > 0 ? 1 : 0;
    }

    private static string Mark(FindingKind kind) => kind switch
    {
        FindingKind.Broken => "BROKEN",
        FindingKind.Warning => "warn",
        FindingKind.Skipped => "-",
        _ => "ok",
    };
}
