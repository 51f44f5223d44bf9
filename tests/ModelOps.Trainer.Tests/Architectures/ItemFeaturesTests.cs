using ModelOps.Features;
using ModelOps.Trainer.Architectures;
using static TorchSharp.torch;

namespace ModelOps.Trainer.Tests.Architectures;

public class ItemFeaturesTests
{
    [Fact]
    public void Of_Catalogue_NumbersWhatSeveralItemsShare()
    {
        var features = ItemFeatures.Of([
            new("a", "Red Mug", "Acme", "Home|Kitchen", 1, true, 0),
            new("b", "Blue mug", "ACME", "Home|Garden", 100, true, 0),
            new("c", "Tent", "Other", "Sport", 50, true, 0),
            new("d", "Rope", "Third", "Sport", 60, true, 0),
        ])!;
        // brand Acme, category Home, category Sport and word mug have two items each; all else has one.
        Assert.Equal(4, features.Count);
        var rows = features.Ids.Chunk(features.Width).Select(row => row.Where(id => id > 0).ToHashSet()).ToArray();
        Assert.Empty(rows[0]); // the padding
        Assert.Equal(3, rows[1].Count);
        Assert.True(rows[1].SetEquals(rows[2]));
        Assert.Single(rows[3]);
        Assert.True(rows[3].SetEquals(rows[4]));
        Assert.False(rows[1].Overlaps(rows[3]));
    }

    [Fact]
    public void Of_CatalogueThatSaysNothing_IsNull() =>
        Assert.Null(ItemFeatures.Of([.. Enumerable.Range(0, 10).Select(i => new CatalogueItem($"p{i}", null, null, null, null, true, 0))]));

    /// <summary>An item that nobody chose has no vector of its own, but its description's.</summary>
    [Theory]
    [InlineData("sasrec")]
    [InlineData("ligr")]
    [InlineData("hstu")]
    public void Vectors_NewProduct_IsItsDescription(string architecture)
    {
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        var features = ItemFeatures.Of(Shop.Catalogue(12).Items);
        using var described = Architecture.Networks[architecture](new NetworkConfig(12, 6, 16, 1, 1, 0) { Chosen = 11, Features = features });
        using var bare = Architecture.Networks[architecture](new NetworkConfig(12, 6, 16, 1, 1, 0) { Chosen = 11 });
        Assert.True(described.ItemTable()[12].norm().item<float>() > 0.01f);
        Assert.Equal(0, bare.ItemTable()[12].norm().item<float>());
    }
}
