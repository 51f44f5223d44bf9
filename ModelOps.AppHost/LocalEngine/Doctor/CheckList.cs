using ModelOps.AppHost.LocalEngine.Commands;
using ModelOps.AppHost.LocalEngine.Doctor.Checks;

namespace ModelOps.AppHost.LocalEngine.Doctor;

/// <summary>Every check, what the others stand on first.</summary>
internal static class CheckList
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public static IReadOnlyList<ICheck> All { get; } =
    [
        new ToolsCheck(), new MemoryCheck(), new DiskCheck(), new FolderCheck(), new PortsCheck(), new StoresCheck(), new ClockCheck(),
        new MigrationsCheck(), new SigningKeyCheck(), new ApiKeysCheck(), new ServicesCheck(),
    ];

    public static async Task<IReadOnlyList<Finding>> RunAsync(Installation installation, CancellationToken cancellationToken)
    {
        var findings = new List<Finding>();
        foreach (var check in All)
            findings.AddRange(await RunAsync(check, installation, cancellationToken));
        return findings;
    }

    private static async Task<IReadOnlyList<Finding>> RunAsync(ICheck check, Installation installation, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            return await check.RunAsync(installation, patience.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return [Finding.Broken(check.Name, $"no answer within {Patience.TotalSeconds:0} s", "See what the stores and the network are doing; the other findings may say more.")];
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            return [Finding.Broken(check.Name, $"cannot be looked at: {exception.GetBaseException().Message}", "Mend what the message names; the findings above may say more.")];
        }
    }
}
