using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace ModelOps.DataPrep.Datasets;

/// <summary>Lets <c>dotnet ef migrations add</c> work without a database.</summary>
internal sealed class DesignTimeFactory : IDesignTimeDbContextFactory<DatasetsDb>
{
    public DatasetsDb CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<DatasetsDb>().UseNpgsql().UseSnakeCaseNamingConvention().Options);
}
