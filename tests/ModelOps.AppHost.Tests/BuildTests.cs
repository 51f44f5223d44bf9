using System.Reflection;
using ModelOps.AppHost.LocalEngine.Packages;

namespace ModelOps.AppHost.Tests;

public class BuildTests
{
    [Fact]
    public async Task IsAspireHost_DefaultBuild_IsTrue()
    {
        var project = typeof(DistributedApplication).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(item => item.Key == "AppHostProjectPath").Value!;

        var (exitCode, output) = await Command.RunAsync("dotnet", ["msbuild", project, "--getProperty:IsAspireHost"], project);

        Assert.Equal((0, "true"), (exitCode, output.Trim()));
    }

    [Fact]
    public void Publisher_LocalEngine_SaysThatItNeedsAspire() =>
        Assert.Contains("UseAspire=true", Assert.Throws<DistributedApplicationException>(
            () => DistributedApplication.CreateBuilder(["--publisher", "manifest", "--output-path", "x.json"])).Message, StringComparison.Ordinal);
}
