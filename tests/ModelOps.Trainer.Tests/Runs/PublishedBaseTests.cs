using System.Net.Http.Json;
using System.Text.Json;
using ModelOps.Contracts;
using ModelOps.Contracts.Runs;
using ModelOps.Contracts.Versions;
using ModelOps.Features;
using ModelOps.Features.Text;
using ModelOps.Tests;
using ModelOps.Trainer.Tests.Applications;
using ModelOps.Trainer.Tests.Texts;

namespace ModelOps.Trainer.Tests.Runs;

/// <summary>Checkpoints in the published format as the base of runs, from their upload to a registered version: trainer, worker and registry are the real ones.</summary>
public sealed class PublishedBaseTests(Stores stores)
{
    [Fact]
    public async Task Run_PublishedCheckpointAsBase_IsFineTunedRegisteredAndInTheLineage()
    {
        using var data = new Folder();
        await SmallDataset.WriteAsync(data.Path);
        await TextEncoderTests.WriteAsync(data.Path);
        await using var trainer = await TrainerService.StartAsync(stores, new PlayedDataPrep(data.Path));
        var bert = await UploadAsync(trainer.Registry, "bert-tiny", PublishedTexts.WriteBert);
        var gpt2 = await UploadAsync(trainer.Registry, "gpt2-tiny", PublishedTexts.WriteGpt2);

        // The vectors serve the assistant's FAQ too; the search trains its own from the same base.
        foreach (var (kind, parent, version) in new[] { (EncoderKind.Embed, "bert-tiny", bert), (EncoderKind.Classify, "bert-tiny", bert), (EncoderKind.Generate, "gpt2-tiny", gpt2) })
        {
            var registered = await TrainAsync(trainer, ApplicationName.TextEncoder, $$"""{"kind":"{{kind}}","base":"{{parent}}","pretrainingPasses":1,"passes":2,"batchSize":16,"maxTokens":16}""");
            Assert.Equal(new BaseOrigin(parent, version), registered.Origin.Base);
            Assert.Null(registered.Origin.Parent);
            Assert.Equal(parent, registered.Card.GetProperty("origin").GetString());
        }
        var search = await TrainAsync(trainer, ApplicationName.Search, """{"base":"bert-tiny","dense":"always","pretrainingPasses":1,"titlePasses":1,"judgedPasses":1}""");
        Assert.Equal(new BaseOrigin("bert-tiny", bert), search.Origin.Base);
        Assert.Contains("products.vectors", search.Files);
    }

    [Fact]
    public async Task Run_BaseThatIsAnotherNetwork_FailsAndSaysWhy()
    {
        using var data = new Folder();
        await SmallDataset.WriteAsync(data.Path);
        await TextEncoderTests.WriteAsync(data.Path);
        await using var trainer = await TrainerService.StartAsync(stores, new PlayedDataPrep(data.Path));
        await UploadAsync(trainer.Registry, "gpt2-tiny", PublishedTexts.WriteGpt2);
        Assert.Contains("decoder", (await FinishAsync(trainer, ApplicationName.TextEncoder, """{"kind":"embed","base":"gpt2-tiny"}""")).Error, StringComparison.Ordinal);
        Assert.Contains("has no champion", (await FinishAsync(trainer, ApplicationName.TextEncoder, """{"kind":"embed","base":"nobody"}""")).Error, StringComparison.Ordinal);
    }

    private static async Task<int> UploadAsync(RegistryClient registry, string model, Action<string> write)
    {
        using var folder = new Folder();
        write(folder.Path);
        var version = await registry.CreateVersionAsync(StoreId.Main, model, new NewModelVersion(null, new Dictionary<string, double>(), new Dictionary<string, string>()), model);
        var files = new List<PackageFile>();
        foreach (var path in Directory.GetFiles(folder.Path))
        {
            await registry.UploadAsync(StoreId.Main, model, version.Version, Path.GetFileName(path), path);
            files.Add(new PackageFile(Path.GetFileName(path), new FileInfo(path).Length, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(await File.ReadAllBytesAsync(path)))));
        }
        await registry.CompleteAsync(StoreId.Main, model, new PackageManifest(model, version.Version, files));
        await registry.SetAliasAsync(StoreId.Main, model, "champion", new AliasRequest(version.Version, "published"));
        return version.Version;
    }

    private static async Task<TrainingRun> FinishAsync(TrainerService trainer, string application, string parameters)
    {
        using var started = await trainer.Http.PostAsJsonAsync("/v1/runs", new { dataset = "shop", datasetVersion = 1, model = application, application, parameters = JsonSerializer.Deserialize<JsonElement>(parameters) });
        var run = await started.ReadAsync<TrainingRun>();
        while (!run.State.IsFinal())
        {
            await Task.Delay(200, TestContext.Current.CancellationToken);
            run = await trainer.Client.GetAsync(StoreId.Main, run.Id);
        }
        return run;
    }

    private static async Task<(VersionOrigin Origin, JsonElement Card, IReadOnlyList<string> Files)> TrainAsync(TrainerService trainer, string application, string parameters)
    {
        var run = await FinishAsync(trainer, application, parameters);
        Assert.Equal((RunState.Succeeded, null), (run.State, run.Error));
        var version = await trainer.Client.RegisterAsync(StoreId.Main, run.Id);
        var manifest = await trainer.Registry.GetManifestAsync(StoreId.Main, version.Model, version.Version);
        using var folder = new Folder();
        var card = Path.Combine(folder.Path, PackageFiles.ModelCard);
        await trainer.Registry.DownloadAsync(StoreId.Main, version.Model, version.Version, PackageFiles.ModelCard, card);
        return ((await trainer.Registry.FindLineageAsync(StoreId.Main, version.Model, version.Version))!.Origin, JsonSerializer.Deserialize<JsonElement>(await File.ReadAllTextAsync(card)), [.. manifest.Files.Select(file => file.Path)]);
    }
}
