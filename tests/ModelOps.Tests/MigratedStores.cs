using Microsoft.EntityFrameworkCore;
using ModelOps.DataPrep.Datasets;
using ModelOps.Monitor.Quality;
using ModelOps.Pipeline.Runs;
using ModelOps.Registry;

namespace ModelOps.Tests;

public sealed partial class Stores
{
    static partial void AddMigrated(Dictionary<string, Func<string, DbContext>> migrated)
    {
        migrated["datasetsdb"] = connection => new DatasetsDb(Options<DatasetsDb>(connection));
        migrated["registrydb"] = connection => new RegistryDb(Options<RegistryDb>(connection));
        migrated["pipelinedb"] = connection => new PipelineDb(Options<PipelineDb>(connection));
        migrated["monitordb"] = connection => new MonitorDb(Options<MonitorDb>(connection));
    }
}
