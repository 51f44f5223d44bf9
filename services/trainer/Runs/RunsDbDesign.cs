using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace ModelOps.Trainer.Runs;

/// <summary>Lets <c>dotnet ef migrations add</c> work without a database.</summary>
internal sealed class RunsDbDesign : IDesignTimeDbContextFactory<RunsDb>
{
    public RunsDb CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<RunsDb>().UseNpgsql().UseSnakeCaseNamingConvention().Options);
}
