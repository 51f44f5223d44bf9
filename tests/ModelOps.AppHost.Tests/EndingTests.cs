using ModelOps.AppHost.LocalEngine.Processes;

namespace ModelOps.AppHost.Tests;

public sealed class EndingTests : IDisposable
{
    private readonly TemporaryFolder _data = new();

    [Fact]
    public async Task CtrlC_WholeApplication_LeavesNothing()
    {
        await using var host = AppHostProcess.Start(_data.Path);
        await host.StartedAsync();
        var family = host.Family();

        await host.EndAsync((int)Signal.Interrupt);

        Assert.True(family.Count >= 10, $"{family.Count} processes");
        Assert.DoesNotContain(family, process => process.IsAlive);
        Assert.Equal(0, host.ExitCode);
    }

    [Fact]
    public async Task KilledAppHost_NextStart_EndsWhatItLeft()
    {
        await using var first = AppHostProcess.Start(_data.Path);
        await first.StartedAsync();
        var family = first.Family();
        await first.EndAsync(9);
        Assert.Contains(family, process => process.IsAlive);

        await using var second = AppHostProcess.Start(_data.Path);
        await second.StartedAsync();

        Assert.DoesNotContain(family, process => process.IsAlive);
        Assert.Contains("that an earlier AppHost left behind", second.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Signal_WhileStarting_LeavesNothing()
    {
        await using var host = AppHostProcess.Start(_data.Path);
        await Eventually.TrueAsync(() => host.Family().Count > 2, "The first processes");
        await Task.Delay(1000);

        await host.EndAsync((int)Signal.Terminate);

        var id = await File.ReadAllTextAsync(Path.Combine(_data.Path, "engine-id"));
        Assert.DoesNotContain(ProcessEntry.All(), process => process.HasVariable(ProcessLedger.Marker, id));
        Assert.DoesNotContain(ProcessEntry.All(), process => process.WorksIn(Path.Combine(_data.Path, "volumes", "postgres-data", "data")));
    }

    public void Dispose() => _data.Dispose();
}
