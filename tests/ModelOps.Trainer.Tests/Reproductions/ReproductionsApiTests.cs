using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using ModelOps.Contracts;
using ModelOps.Contracts.Runs;
using ModelOps.Contracts.Versions;
using ModelOps.Features;
using ModelOps.Tests;
using ModelOps.Trainer.Tests.Runs;

namespace ModelOps.Trainer.Tests.Reproductions;

public class ReproductionsApiTests(Stores stores)
{
    private const string Quick = """{"epochs":2,"dimensions":8,"length":6,"blocks":2,"heads":2,"compression":"pruned","mostLoss":1}""";

    /// <summary>Everything is equal; then somebody registers the same package under a card that names another seed.</summary>
    [Fact]
    public async Task Reproduce_AVersion_IsEqual_AndWithAChangedCardItIsNotAndSaysWhere()
    {
        using var dataPrep = TrainerService.NewDataPrep();
        await using var trainer = await TrainerService.StartAsync(stores, dataPrep);
        var run = await trainer.TrainAsync(Quick);
        var version = await trainer.Client.RegisterAsync(StoreId.Main, run.Id);

        var same = await FinishAsync(trainer, await trainer.Client.ReproduceAsync(StoreId.Main, new ReproductionRequest("model", version.Version), "same"));
        Assert.Equal((RunState.Succeeded, null), (same.State, same.Error));
        Assert.Empty(same.Report!.Findings);
        Assert.True(same.Report.IsEqual);
        Assert.Contains(same.Report.Files, file => file.Path == PackageFiles.Model && file.IsEqual);
        Assert.Contains(same.Report.Files, file => file.Path == PackageFiles.Weights && file.IsEqual);
        Assert.Contains(same.Report.Metrics, metric => metric.Name == "ndcg@10" && metric.Was == run.Metrics["ndcg@10"]);
        Assert.Equal(same.Id, (await trainer.Client.ReproduceAsync(StoreId.Main, new ReproductionRequest("model", version.Version), "same")).Id);
        Assert.Equal(new ReproductionRequest("model", version.Version), (await trainer.Client.GetAsync(StoreId.Main, same.Id)).Reproduces);
        using var register = await trainer.Http.PostAsync($"/v1/runs/{same.Id}/register", null);
        await register.ProblemAsync(HttpStatusCode.Conflict, "reproduction");
        Assert.Equal(version.Version, Assert.Single((await trainer.Registry.FindAsync(StoreId.Main, "model"))!.Versions).Version);

        var changed = await RegisterChangedAsync(trainer, version);
        var other = await FinishAsync(trainer, await trainer.Client.ReproduceAsync(StoreId.Main, new ReproductionRequest("model", changed.Version), "changed"));
        Assert.Equal((RunState.Succeeded, null), (other.State, other.Error));
        Assert.False(other.Report!.IsEqual);
        Assert.Contains(other.Report.Findings, finding => finding.Contains($"'seed' was 43; run {run.Id} was started with 42", StringComparison.Ordinal));
        Assert.Contains(other.Report.Findings, finding => finding.StartsWith($"File: '{PackageFiles.Model}'", StringComparison.Ordinal));
        Assert.Contains(other.Report.Files, file => file.Path == PackageFiles.Items && file.IsEqual); // the catalogue is the data's
        Assert.InRange(other.Report.LargestWeightDifference!.Value!.Value, 1e-4, 100);
    }

    [Fact]
    public async Task Reproduce_WhatIsNotThere_IsRefused()
    {
        using var dataPrep = TrainerService.NewDataPrep();
        await using var trainer = await TrainerService.StartAsync(stores, dataPrep);
        using var version = await trainer.Http.PostAsJsonAsync("/v1/reproductions", new ReproductionRequest("model", 1));
        await version.ProblemAsync(HttpStatusCode.NotFound, "not-found");
        using var reproduction = await trainer.Http.GetAsync($"/v1/reproductions/{Guid.NewGuid()}");
        await reproduction.ProblemAsync(HttpStatusCode.NotFound, "not-found");
    }

    private static async Task<ModelVersion> RegisterChangedAsync(TrainerService trainer, ModelVersion version)
    {
        using var folder = new Folder();
        var manifest = await trainer.Registry.GetManifestAsync(StoreId.Main, version.Model, version.Version);
        var announced = await trainer.Registry.CreateVersionAsync(StoreId.Main, version.Model, new NewModelVersion(version.RunId, version.Metrics, version.Tags), "changed");
        var files = new List<PackageFile>();
        foreach (var file in manifest.Files)
        {
            var path = Path.Combine(folder.Path, file.Path);
            await trainer.Registry.DownloadAsync(StoreId.Main, version.Model, version.Version, file.Path, path);
            if (file.Path == PackageFiles.ModelCard)
                await File.WriteAllTextAsync(path, (await File.ReadAllTextAsync(path)).Replace("\"seed\": 42", "\"seed\": 43", StringComparison.Ordinal));
            await trainer.Registry.UploadAsync(StoreId.Main, version.Model, announced.Version, file.Path, path);
            var content = await File.ReadAllBytesAsync(path);
            files.Add(new PackageFile(file.Path, content.Length, Convert.ToHexStringLower(SHA256.HashData(content))));
        }
        return await trainer.Registry.CompleteAsync(StoreId.Main, version.Model, new PackageManifest(version.Model, announced.Version, files));
    }

    private static async Task<Reproduction> FinishAsync(TrainerService trainer, Reproduction reproduction)
    {
        while (!reproduction.State.IsFinal())
        {
            await Task.Delay(200, TestContext.Current.CancellationToken);
            reproduction = await trainer.Client.GetReproductionAsync(StoreId.Main, reproduction.Id);
        }
        return reproduction;
    }
}
