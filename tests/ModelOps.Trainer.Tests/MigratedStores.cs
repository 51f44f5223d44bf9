using Microsoft.EntityFrameworkCore;
using ModelOps.Trainer.Runs;

namespace ModelOps.Tests;

public sealed partial class Stores
{
    static partial void AddMigrated(Dictionary<string, Func<string, DbContext>> migrated) => migrated["runsdb"] = connection => new RunsDb(Options<RunsDb>(connection));
}
