using System.Text.Json;
using ModelOps.Contracts.Datasets;
using ModelOps.Features;
using ModelOps.Trainer.Architectures;
using ModelOps.Trainer.Imports;
using ModelOps.Trainer.Tests.Imports;
using ModelOps.Trainer.Training;

namespace ModelOps.Trainer.Tests.Training;

public class WorkerTests
{
    [Fact]
    public async Task Run_DatasetFolder_LeavesAPackageThatCanBeRead()
    {
        using var folder = new Folder();
        await WriteDatasetAsync(folder.Path, """{"epochs":2,"dimensions":8,"length":6,"tuningRounds":1}""");
        var phases = new List<string>();
        var end = await WorkerProcess.RunAsync(folder.Path, (message, _) =>
        {
            if (message?.Phase is { } phase)
                phases.Add(phase);
            return Task.CompletedTask;
        }, TestContext.Current.CancellationToken);

        Assert.True(end.Result is not null, $"{end.Error} {end.Errors}");
        Assert.Equal(["read", "validate", "tune", "fuse", "test", "evaluate", "refit", "export"], phases);
        Assert.InRange(end.Result.Metrics["parity"], 0, 1e-4);
        Assert.Contains("popularity", end.Result.Comparison.Keys);
        var package = Path.Combine(folder.Path, TrainingTask.PackageFolder);
        var catalogue = await ItemCatalogue.ReadAsync(Path.Combine(package, PackageFiles.Items), TestContext.Current.CancellationToken);
        Assert.Equal(("p1", "Product 1", true), (catalogue.Items[1].Id, catalogue.Items[1].Title, catalogue.Items[1].Available));
        Assert.False(catalogue.Items[0].Available); // p0 is not in the catalogue
        var shoppers = await ShopperHistories.ReadAsync(Path.Combine(package, PackageFiles.Shoppers), TestContext.Current.CancellationToken);
        Assert.Equal(60, shoppers.Count);
        var related = await RelatedItems.ReadAsync(Path.Combine(package, PackageFiles.Related), catalogue.Items.Count, TestContext.Current.CancellationToken);
        Assert.NotEmpty(related.Of(1).Similar);
        var schema = await FeatureSchema.ReadAsync(Path.Combine(package, PackageFiles.Schema), TestContext.Current.CancellationToken);
        Assert.Equal((6, 41L), (schema.Length, schema.EventCursor));
        Assert.True(File.Exists(Path.Combine(package, PackageFiles.ModelCard)));
    }

    [Fact]
    public async Task Run_EventsThatTheDatasetLacks_SaysWhichThereAre()
    {
        using var folder = new Folder();
        await WriteDatasetAsync(folder.Path, """{"events":["add_to_cart"]}""");
        var end = await WorkerProcess.RunAsync(folder.Path, (_, _) => Task.CompletedTask, TestContext.Current.CancellationToken);
        Assert.Equal(1, end.ExitCode);
        Assert.Contains("It has: purchase, view_item", end.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_FileThatIsNoParquet_FailsWithAMessage()
    {
        using var folder = new Folder();
        await WriteDatasetAsync(folder.Path, "{}");
        await File.WriteAllTextAsync(Path.Combine(folder.Path, DatasetFiles.Events), "no parquet", TestContext.Current.CancellationToken);
        var end = await WorkerProcess.RunAsync(folder.Path, (_, _) => Task.CompletedTask, TestContext.Current.CancellationToken);
        Assert.False(end.Crashed);
        Assert.Contains(DatasetFiles.Events, end.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("WHERE false", "The dataset has no events")]
    [InlineData("WHERE user_id = 'u7'", "Shoppers in the dataset's events view_item, purchase: 1, items: 12")]
    [InlineData("WHERE item_id = 'p7'", "items: 1. A ranking needs at least two of each")]
    [InlineData("WHERE time < '2026-01-02'", "finds 0 shoppers to validate on and 0 to test on. Bring more history")]
    public async Task Run_TooLittleToLearnFrom_FailsAndLeavesNoPackage(string condition, string cause)
    {
        using var folder = new Folder();
        await WriteDatasetAsync(folder.Path, "{}", condition);
        await FailsAsync(folder, cause);
    }

    /// <summary>A device that is always full stands where the file would be written.</summary>
    [Theory]
    [InlineData("checkpoint.bin.part")]
    [InlineData("package/model.onnx")]
    [InlineData("package/items.jsonl")]
    public async Task Run_DiskFull_FailsWithTheRemedy(string file)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs /dev/full.");
        using var folder = new Folder();
        await WriteDatasetAsync(folder.Path, """{"architecture":"sasrec","epochs":1,"dimensions":8,"length":6}""");
        var path = Path.Combine(folder.Path, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.CreateSymbolicLink(path, "/dev/full");
        await FailsAsync(folder, "The disk of the trainer is full");
    }

    [Fact]
    public async Task Run_ImportedNetwork_DeploysItBesideTheCounts()
    {
        using var folder = new Folder();
        await WriteDatasetAsync(folder.Path, """{"architecture":"imported","checkpoint":"any","excludeSeen":"true"}""");
        WriteImport(folder.Path, "p", items: 12);
        var end = await WorkerProcess.RunAsync(folder.Path, (_, _) => Task.CompletedTask, TestContext.Current.CancellationToken);

        Assert.True(end.Result is not null, $"{end.Error} {end.Errors}");
        Assert.InRange(end.Result.Metrics["parity"], 0, 1e-4);
        Assert.Contains("network", end.Result.Comparison.Keys);
        Assert.Contains("ndcg@10.lead.low", end.Result.Comparison["popularity"].Keys);
        var package = Path.Combine(folder.Path, TrainingTask.PackageFolder);
        Assert.Equal(5, (await FeatureSchema.ReadAsync(Path.Combine(package, PackageFiles.Schema), TestContext.Current.CancellationToken)).Length);
        Assert.Equal(20, (await ItemCatalogue.ReadAsync(Path.Combine(package, PackageFiles.Items), TestContext.Current.CancellationToken)).Items.Count);
    }

    [Fact]
    public async Task Run_ImportedNetworkOfOtherItems_SaysHowToNameThem()
    {
        using var folder = new Folder();
        await WriteDatasetAsync(folder.Path, """{"architecture":"imported","checkpoint":"any"}""");
        WriteImport(folder.Path, "sku-", items: 12);
        await FailsAsync(folder, "knows none of the dataset's 20 items: its ids begin with 'sku-0', 'sku-1', 'sku-2', the dataset's with 'p0'");
    }

    private static async Task FailsAsync(Folder folder, string cause)
    {
        var end = await WorkerProcess.RunAsync(folder.Path, (_, _) => Task.CompletedTask, TestContext.Current.CancellationToken);
        Assert.Equal(1, end.ExitCode); // explained, so that the run fails for good and nothing is registered
        Assert.Null(end.Result);
        Assert.Contains(cause, end.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(folder.Path, TrainingTask.PackageFolder, PackageFiles.ModelCard)));
    }

    private static void WriteImport(string folder, string prefix, int items)
    {
        var import = Directory.CreateDirectory(Path.Combine(folder, ImportFiles.Folder)).FullName;
        File.WriteAllText(Path.Combine(import, ImportFiles.Architecture), """{"length":5,"dimensions":8,"blocks":1,"heads":2}""");
        File.WriteAllLines(Path.Combine(import, ImportFiles.Items), Enumerable.Range(0, items).Select(item => $"{prefix}{item}"));
        SafeTensorsFile.Write(Path.Combine(import, ImportFiles.Weights), new BertConfig(items, 5, 8, 1, 2, 32, "gelu", 0));
    }

    private static async Task WriteDatasetAsync(string folder, string parameters, string condition = "")
    {
        await SmallDataset.WriteAsync(folder, condition);
        await new TrainingTask(Guid.NewGuid(), "model", SmallDataset.Version, JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(parameters)!).WriteAsync(folder);
    }
}
