namespace ModelOps.AppHost.Tests.Running;

/// <summary>Small programs under the engine: finishing, failing, leaving children behind, several replicas.</summary>
public sealed class ProgramsTests : IDisposable
{
    private readonly TemporaryFolder _data = new();

    [Fact]
    public async Task Program_ExitCodeZero_IsFinished_AndItsWaiterStarts()
    {
        var builder = Builder();
        var first = Shell(builder, "first", "echo $GREETING > first.txt").WithEnvironment("GREETING", "hello");
        Shell(builder, "second", "cat first.txt > second.txt").WaitForCompletion(first);
        await using var application = builder.Build();

        await application.StartAsync();
        await application.ResourceNotifications.WaitForResourceAsync("second", KnownResourceStates.Finished, Soon());

        Assert.Equal("hello", (await File.ReadAllTextAsync(Path.Combine(_data.Path, "second.txt"))).Trim());
    }

    [Fact]
    public async Task Program_Failing_IsTriedAgain()
    {
        var builder = Builder();
        Shell(builder, "stubborn", "echo tried >> tries.txt; test $(wc -l < tries.txt) -ge 3");
        await using var application = builder.Build();

        await application.StartAsync();
        await application.ResourceNotifications.WaitForResourceAsync("stubborn", KnownResourceStates.Finished, Soon());

        Assert.Equal(2, application.ResourceNotifications.Current("stubborn").Replicas[0].Restarts);
    }

    [Fact]
    public async Task Stop_ProgramThatStartedOthers_EndsThemToo()
    {
        var builder = Builder();
        // The second sleeper leaves the process group, as a daemon would.
        Shell(builder, "parent", "sleep 1000 & echo $! > child.txt; setsid sh -c 'echo $$ > daemon.next; mv daemon.next daemon.txt; exec sleep 1000' & trap '' TERM; echo ready > ready.txt; while true; do sleep 1; done");
        var application = builder.Build();
        await application.StartAsync();
        await Eventually.TrueAsync(() => File.Exists(Path.Combine(_data.Path, "ready.txt")) && File.Exists(Path.Combine(_data.Path, "daemon.txt")), "The programs");
        var ids = new[] { "child.txt", "daemon.txt" }.Select(file => int.Parse(File.ReadAllText(Path.Combine(_data.Path, file)), System.Globalization.CultureInfo.InvariantCulture)).ToList();

        await application.DisposeAsync();

        Assert.All(ids, id => Assert.Null(ModelOps.AppHost.LocalEngine.Processes.ProcessEntry.Read(id)));
    }

    [Fact]
    public async Task Replicas_OfAProject_ShareOnePort()
    {
        var builder = Builder();
        // The dashboard starts without a store.
        var dashboard = builder.AddProject<Projects.ModelOps_Dashboard>("dashboard").WithHttpEndpoint().WithHttpHealthCheck("/alive").WithReplicas(2);
        await using var application = builder.Build();

        await application.StartAsync();
        var snapshot = await application.ResourceNotifications.WaitAsync("dashboard", current => current.Replicas.Count == 2 && current.Replicas.All(replica => replica.Healthy), Soon());

        Assert.Equal(["dashboard", "dashboard-2"], snapshot.Replicas.Select(replica => replica.Id));
        Assert.Equal([dashboard.GetEndpoint("http").Url], snapshot.Urls);
        Assert.Equal(2, snapshot.Replicas.Select(replica => replica.ProcessId).Distinct().Count());
    }

    private IDistributedApplicationBuilder Builder() => DistributedApplication.CreateBuilder(["--data", Path.Combine(_data.Path, "data"), "--MODELOPS_PORTS=dynamic"]);

    private IResourceBuilder<ExecutableResource> Shell(IDistributedApplicationBuilder builder, string name, string script) =>
        builder.AddExecutable(name, "sh", _data.Path, "-c", script);

    private static CancellationToken Soon() => new CancellationTokenSource(TimeSpan.FromMinutes(3)).Token;

    public void Dispose() => _data.Dispose();
}
