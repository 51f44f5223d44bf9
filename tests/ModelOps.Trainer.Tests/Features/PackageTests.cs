using ModelOps.Features;

namespace ModelOps.Trainer.Tests.Features;

public class PackageTests
{
    [Fact]
    public async Task Files_WrittenAndRead_AreTheSame()
    {
        using var folder = new Folder();
        var path = Path.Combine(folder.Path, "file");
        var cancellation = TestContext.Current.CancellationToken;

        var schema = new FeatureSchema(50, false, 0.4, ["view_item"], ["purchase"], 17, new FrequencyFusion(2, 0.5, 90));
        await schema.WriteAsync(path, cancellation);
        Assert.Equivalent(schema, await FeatureSchema.ReadAsync(path, cancellation), strict: true);

        CatalogueItem[] items = [new("1", "Tasse \"rot\" 红", "Acme", "Home|Kitchen", 1.5, true, 1), new("2", null, null, null, null, false, 0.25)];
        await new ItemCatalogue(items).WriteAsync(path, cancellation);
        var catalogue = await ItemCatalogue.ReadAsync(path, cancellation);
        Assert.Equal(items, catalogue.Items);
        Assert.Equal([2L], catalogue.Unavailable);
        Assert.Equal(2, catalogue.Vocabulary.IndexOf("2"));

        await ShopperHistories.WriteAsync(path, [new("anna", [1, 2], new Dictionary<int, float> { [2] = 1.5f }), new("bob", [])], cancellation);
        var shoppers = await ShopperHistories.ReadAsync(path, cancellation);
        Assert.Equal(1.5f, shoppers.Find("anna")!.Counts![2]);
        Assert.Null(shoppers.Find("bob")!.Counts);
        Assert.Null(shoppers.Find("carla"));
    }

    [Theory]
    [InlineData(99, "Deploy a newer build")]
    [InlineData(1, "Run the pipeline again")]
    public async Task Schema_OfAnotherFormat_IsRefusedWithARemedy(int format, string remedy)
    {
        using var folder = new Folder();
        var path = Path.Combine(folder.Path, PackageFiles.Schema);
        await (new FeatureSchema(50, true, 0, [], [], 0, null) with { Format = format }).WriteAsync(path, TestContext.Current.CancellationToken);
        var refusal = await Assert.ThrowsAsync<InvalidDataException>(() => FeatureSchema.ReadAsync(path, TestContext.Current.CancellationToken));
        Assert.Contains($"package format {format}", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(remedy, refusal.Message, StringComparison.Ordinal);
    }
}
