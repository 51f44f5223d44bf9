using System.Xml.Linq;

namespace ModelOps.Tests;

/// <summary>The rules that keep the house as it is drawn, read off the project files.</summary>
public sealed class ArchitectureTests
{
    private static readonly string[] Services = ["services/data-prep", "services/trainer", "services/registry", "services/inference", "services/monitor", "services/pipeline", "web-dashboard"];

    [Fact]
    public void NoService_ReferencesAnothersProject()
    {
        foreach (var service in Services)
            Assert.DoesNotContain(References(service), reference => reference.Contains("services/", StringComparison.Ordinal) || reference.Contains("web-dashboard", StringComparison.Ordinal));
    }

    [Fact]
    public void OnlyTheTrainer_ReferencesTorchSharp() =>
        Assert.Equal(["services/trainer"], Services.Concat(["ModelOps.Contracts", "ModelOps.Features", "ModelOps.Search", "ModelOps.Pictures", "ModelOps.EventLog", "ModelOps.Jobs", "ModelOps.ServiceDefaults"])
            .Where(folder => Packages(folder).Any(package => package.StartsWith("TorchSharp", StringComparison.Ordinal))));

    [Fact]
    public void Contracts_HasNoDatabaseDriver() => Assert.Empty(Packages("ModelOps.Contracts"));

    [Fact]
    public void Features_IsPure() => Assert.Equal(["System.Numerics.Tensors"], Packages("ModelOps.Features")); // arithmetic, in managed code

    [Fact]
    public void Pictures_IsTheDecoderAndPureCode()
    {
        Assert.Equal(["SkiaSharp", "SkiaSharp.NativeAssets.Linux.NoDependencies", "System.Numerics.Tensors"], Packages("ModelOps.Pictures"));
        Assert.Equal(["../ModelOps.Features/ModelOps.Features.csproj"], References("ModelOps.Pictures"));
    }

    [Fact]
    public void Search_IsLuceneAndPureCode()
    {
        Assert.Equal(["Lucene.Net", "Lucene.Net.Analysis.Common"], Packages("ModelOps.Search"));
        Assert.Equal(["../ModelOps.Features/ModelOps.Features.csproj"], References("ModelOps.Search"));
    }

    [Fact]
    public void Versions_LiveInOnePlace() => Assert.DoesNotContain(
        Directory.GetFiles(Repository.Root, "*.csproj", SearchOption.AllDirectories).SelectMany(file => XDocument.Load(file).Descendants("PackageReference")), reference => reference.Attribute("Version") is not null);

    private static IEnumerable<string> References(string folder) => Project(folder).Descendants("ProjectReference").Select(reference => reference.Attribute("Include")!.Value.Replace('\\', '/'));

    private static IEnumerable<string> Packages(string folder) => Project(folder).Descendants("PackageReference").Select(reference => reference.Attribute("Include")!.Value);

    private static XDocument Project(string folder) => XDocument.Load(Directory.GetFiles(Path.Combine(Repository.Root, folder), "*.csproj").Single());
}
