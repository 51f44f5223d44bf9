using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using ModelOps.Inference.Models;

namespace ModelOps.Tests.Inference;

public sealed class PackageCacheTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("modelops-packages-").FullName;

    [Fact]
    public void RemoveOld_KeepsTheLastUsed_AndWhateverIsDeployed()
    {
        string[] packages = ["a", "b", "c", "d", "e"];
        foreach (var (age, package) in packages.Index())
            Directory.SetLastWriteTimeUtc(Directory.CreateDirectory(Path.Combine(folder, package)).FullName, DateTime.UtcNow.AddDays(-age));
        using var services = new ServiceCollection().BuildServiceProvider();
        var cache = new PackageCache(services.GetRequiredService<IServiceScopeFactory>(), new PackageOptions { Folder = folder, Keep = 2 }, NullLogger<PackageCache>.Instance);

        cache.RemoveOld(new HashSet<string> { "e", "c" });

        Assert.Equal(["a", "b", "c", "e"], Directory.GetDirectories(folder).Select(Path.GetFileName).Order());
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
