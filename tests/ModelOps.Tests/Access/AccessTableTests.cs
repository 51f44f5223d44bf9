using ModelOps.DataPrep.Datasets;
using ModelOps.Inference.Models;
using ModelOps.Monitor.Quality;
using ModelOps.Pipeline.Runs;
using ModelOps.Registry;

namespace ModelOps.Tests.Access;

public sealed class AccessTableTests(Stores stores)
{
    [Fact]
    public Task DataPrep_IsCalledByWhoeverTheTableNames() => WalkAsync<DatasetsDb>("data-prep", "datasetsdb", "eventsdb");

    [Fact]
    public Task Inference_IsCalledByWhoeverTheTableNames() => WalkAsync<LoadedModels>("inference", "eventsdb");

    [Fact]
    public Task Monitor_IsCalledByWhoeverTheTableNames() => WalkAsync<MonitorDb>("monitor", "monitordb", "eventsdb");

    [Fact]
    public Task Pipeline_IsCalledByWhoeverTheTableNames() => WalkAsync<PipelineDb>("pipeline", "pipelinedb");

    [Fact]
    public Task Registry_IsCalledByWhoeverTheTableNames() => WalkAsync<RegistryDb>("registry", "registrydb");

    private async Task WalkAsync<T>(string name, params string[] databases) where T : class
    {
        await using var service = await stores.StartAsync<T>(databases, AccessTable.Guard);
        Assert.Empty(await AccessTable.WalkAsync(service));
        AccessTable.MustBeIn(AccessTable.FileOf(), name, AccessTable.Of(service, name));
    }
}
