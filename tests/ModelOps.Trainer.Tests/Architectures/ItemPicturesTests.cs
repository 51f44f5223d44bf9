using ModelOps.Trainer.Architectures;
using ModelOps.Trainer.Onnx;
using ModelOps.Trainer.Tests.Pictures;
using ModelOps.Trainer.Training;
using static ModelOps.Trainer.Tests.Pictures.PicturePackageFiles;
using static TorchSharp.torch;

namespace ModelOps.Trainer.Tests.Architectures;

public sealed class ItemPicturesTests
{
    [Fact]
    public void Read_ByProduct_WithoutWhatAllHaveInCommon()
    {
        using var folder = new Folder();
        Write(folder.Path, new Dictionary<string, float[]> { ["b"] = [.8f, .6f], ["a"] = [.8f, -.6f], ["elsewhere"] = [0, 1] });

        var pictures = ItemPictures.Read(folder.Path, "pictures:1", [null, "a", "none", "b"]);

        Assert.Equal((2, 2), (pictures.Dimensions, pictures.Known));
        Assert.Equal([0, 0, 0, -1, 0, 0, 0, 1], pictures.Vectors.Select(value => MathF.Round(value, 5)));
        Assert.Contains("none of the 1 products", Assert.Throws<TrainingException>(() => ItemPictures.Read(folder.Path, "pictures:1", ["other"])).Message, StringComparison.Ordinal);
        File.Delete(Path.Combine(folder.Path, ModelOps.Features.PackageFiles.PictureVectors));
        Assert.Contains("Run the pipeline 'images' again", Assert.Throws<TrainingException>(() => ItemPictures.Read(folder.Path, "pictures:1", ["a"])).Message, StringComparison.Ordinal);
    }

    /// <summary>Shoppers keep to one of two looks. Two products that nobody chose are told apart by their pictures alone, in the export too.</summary>
    [Theory]
    [InlineData("sasrec")]
    [InlineData("hstu")]
    public void Learn_ProductsThatNobodyChose_AreRankedByTheirLooks(string architecture)
    {
        const int Chosen = 20, Items = 22;
        var random = new Random(3);
        var interactions = Shop.Of(Items, Enumerable.Range(0, 120).Select(user => Enumerable.Range(0, 6).Select(step => new Interaction(1 + (user % 2) + (2 * random.Next(Chosen / 2)), true, step)).ToArray()));
        float[] vectors = [0, 0, .. Enumerable.Range(1, Items).SelectMany(item => Towards(1 - (item % 2), 2))]; // odd items one way, even items the other
        var features = ItemFeatures.OfPictures(new ItemPictures("pictures:1", 2, vectors), Items);
        var parameters = Shop.Small with { Architecture = architecture, Loss = "full", Dropout = 0 };
        using var learner = new Learner(new float[Items + 1], Chosen, features, parameters);
        var windows = new ModelOps.Trainer.Training.Windows(interactions, interactions.Everything(), parameters.Length);
        for (var pass = 0; pass < 6; pass++)
            learner.Pass(windows, pass, pass, 0);

        long[] odd = [0, 0, 0, 0, 0, 1, 5, 9], even = [0, 0, 0, 0, 0, 2, 6, 10];
        var scores = new float[2 * (Items + 1)];
        learner.Network.Score([.. odd, .. even], scores);

        Assert.True(scores[21] > scores[22], $"{scores[21]} {scores[22]}");
        Assert.True(scores[Items + 1 + 22] > scores[Items + 1 + 21], $"{scores[Items + 1 + 22]} {scores[Items + 1 + 21]}");
        using var folder = new Folder();
        Assert.InRange(CheckedExport.Write(learner.Network, architecture, null, [.. odd, .. even], Path.Combine(folder.Path, "model.onnx")), 0, 1e-4);
    }

    /// <summary>Where a product stands in the pictures of another model means something else.</summary>
    [Theory]
    [InlineData("pictures:1", true)]
    [InlineData("pictures:2", false)]
    public void ApplyTo_TakesTheProjection_OfTheSamePicturesAlone(string origin, bool isTaken)
    {
        using var folder = new Folder();
        using var scope = NewDisposeScope();
        var items = Shop.Catalogue(3).Items;
        ItemFeatures Features(string from) => ItemFeatures.OfPictures(new ItemPictures(from, 2, [0, 0, 1, 0, 0, 1, 1, 0]), 3);
        using var before = Architecture.Networks["sasrec"](new NetworkConfig(3, 6, 16, 1, 1, 0) { Features = Features("pictures:1") });
        StartingPoint.Write(folder.Path, before, new WeightsDescription("sasrec", 0, [.. items.Select(item => item.Id)], []) { Pictures = "pictures:1" });
        using var after = Architecture.Networks["sasrec"](new NetworkConfig(3, 6, 16, 1, 1, 0) { Features = Features(origin) });

        StartingPoint.TryRead(folder.Path)!.ApplyTo(after, "sasrec", new ModelOps.Features.Vocabulary(items.Select(item => item.Id)), Features(origin));

        Assert.Equal(isTaken, after.get_parameter("pictures")!.equal(before.get_parameter("pictures")!).all().item<bool>());
    }
}
