using System.Text.Json;
using Google.Protobuf;
using ModelOps.Contracts.Runs;
using ModelOps.Features;
using ModelOps.Pictures;
using ModelOps.Trainer.Onnx;
using ModelOps.Trainer.Pictures;
using ModelOps.Trainer.Tests.Pictures;
using ModelOps.Trainer.Training;
using ElementType = ModelOps.Trainer.Onnx.Format.TensorProto.Types.DataType;

namespace ModelOps.Trainer.Tests.Applications;

/// <summary>The application on the files of a small dataset version, as a worker runs it.</summary>
public sealed class PicturesTests : IDisposable
{
    private static readonly Dictionary<string, string> Small = new()
    {
        ["side"] = "24",
        ["width"] = "8",
        ["dimensions"] = "16",
        ["batchSize"] = "32",
        ["passes"] = "25",
        ["learningRate"] = "0.005",
        ["heldOut"] = "0.3",
        ["thumbnails"] = "20",
    };

    private readonly Folder folder = new();

    private string Package => Path.Combine(folder.Path, TrainingTask.PackageFolder);

    [Fact]
    public async Task TrainAsync_Titles_NeighboursShareWhatPixelsDoNotTell()
    {
        await SmallDataset.WriteAsync(folder.Path);
        await DrawnCatalogue.WriteAsync(folder.Path);
        var messages = new List<WorkerMessage>();

        var result = await TrainAsync(messages.Add);

        Assert.Equal(150, result.Metrics["pictures"]);
        Assert.Equal(45, result.Metrics["cases"]);
        Assert.InRange(result.Metrics["precision@10"], .8, 1);
        Assert.True(result.Metrics["precision@10"] > result.Comparison["pixels"]["precision@10"] + .1);
        Assert.InRange(result.Comparison["pca"]["precision@10"], .2, 1);
        Assert.InRange(result.Metrics["precision@10"], result.Metrics["precision@10.low"], result.Metrics["precision@10.high"]);
        Assert.InRange(result.Metrics["parity"], 0, 1e-4);
        Assert.Contains(messages, message => message.Epoch is { Phase: "train", Epoch: 25 });
        Assert.All(new Trainer.Applications.Pictures().PackageFiles, file => Assert.True(File.Exists(Path.Combine(Package, file)), file));
        var settings = PictureSettings.Read(Package);
        Assert.Equal((24, 16, PictureSettings.OwnPictures), (settings.Side, settings.Dimensions, settings.Origin));
        var vectors = VectorTable.Read(Path.Combine(Package, PackageFiles.PictureVectors), 150, 16);
        Assert.All(Enumerable.Range(0, 150), row => Assert.Equal(1, System.Numerics.Tensors.TensorPrimitives.Norm(vectors.Of(row)), 1e-4));
        using var thumbnails = ThumbnailFile.TryOpen(Path.Combine(Package, PackageFiles.Thumbnails), 150)!;
        using var shown = PictureReader.Read(thumbnails.Of(149), new PictureLimits());
        Assert.Equal(20, shown.Width);
    }

    /// <summary>What a network has never been told: shapes it learns from pictures alone.</summary>
    [Fact]
    public async Task TrainAsync_WithoutTitles_Learns()
    {
        await SmallDataset.WriteAsync(folder.Path);
        await DrawnCatalogue.WriteAsync(folder.Path, 60);
        var losses = new List<double>();

        await TrainAsync(message => losses.AddRange(message.Epoch is { } pass ? [pass.Loss] : []), ("titleWeight", "0"), ("viewWeight", "1"), ("passes", "6"));

        Assert.True(losses[^1] < losses[0], $"{losses[0]} … {losses[^1]}");
    }

    [Fact]
    public async Task TrainAsync_NothingToLearnFrom_SaysSo()
    {
        await SmallDataset.WriteAsync(folder.Path);
        await DrawnCatalogue.WriteAsync(folder.Path, 30);
        Assert.Contains("give viewWeight 1", (await Assert.ThrowsAsync<TrainingException>(() => TrainAsync(_ => { }, ("titleWeight", "0"), ("viewWeight", "0")))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TrainAsync_WithoutPictures_SaysWhatToUpload()
    {
        await SmallDataset.WriteAsync(folder.Path);
        Assert.Contains("Upload a zip archive of pictures", (await Assert.ThrowsAsync<TrainingException>(() => TrainAsync(_ => { }))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TrainAsync_FewPictures_SaysHowMany()
    {
        await SmallDataset.WriteAsync(folder.Path);
        await DrawnCatalogue.WriteAsync(folder.Path, 10);
        Assert.Contains("at least 20", (await Assert.ThrowsAsync<TrainingException>(() => TrainAsync(_ => { }))).Message, StringComparison.Ordinal);
    }

    /// <summary>Of the dataset's own checks none gets here, but files outlive programs.</summary>
    [Fact]
    public async Task TrainAsync_AnUnreadablePicture_IsLeftOutAndCounted()
    {
        await SmallDataset.WriteAsync(folder.Path);
        await DrawnCatalogue.WriteAsync(folder.Path, 30, [1, 2, 3]);
        var result = await TrainAsync(_ => { }, ("passes", "1"));
        Assert.Equal((29, 1), (result.Metrics["pictures"], result.Metrics["unread"]));
    }

    /// <summary>A base answers the mean colour of a picture; its vectors are the package's, of length 1.</summary>
    [Fact]
    public async Task TrainAsync_Base_IsTakenAsItIs()
    {
        await SmallDataset.WriteAsync(folder.Path);
        await DrawnCatalogue.WriteAsync(folder.Path, 12);
        await WriteBaseAsync(channels: 3);

        var result = await TrainAsync(_ => { }, ("base", "published"), ("mean", "[0,0,0]"), ("deviation", "[1,1,1]"));

        Assert.Equal((12, 0), (result.Metrics["pictures"], result.Metrics["parity"]));
        var settings = PictureSettings.Read(Package);
        Assert.Equal((16, 3, "published", "seen", "colour"), (settings.Side, settings.Dimensions, settings.Origin, settings.Input, settings.Output));
        Assert.Equal(await File.ReadAllBytesAsync(Path.Combine(folder.Path, StartingPoint.Folder, PackageFiles.Model)), await File.ReadAllBytesAsync(Path.Combine(Package, PackageFiles.Model)));
    }

    [Fact]
    public async Task TrainAsync_ABaseOfSomethingElse_IsRefused()
    {
        await SmallDataset.WriteAsync(folder.Path);
        await DrawnCatalogue.WriteAsync(folder.Path, 12);
        await WriteBaseAsync(channels: 4);
        Assert.Contains("no network of pictures", (await Assert.ThrowsAsync<TrainingException>(() => TrainAsync(_ => { }, ("base", "published")))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("deviation", "[1,0,1]", "above 0")]
    [InlineData("mean", "[1]", "minimum length")]
    [InlineData("side", "8", "between 16 and")]
    public void Complete_AWrongParameter_IsRefused(string name, string value, string says)
    {
        Assert.Null(new Trainer.Applications.Pictures().Complete(new Dictionary<string, JsonElement> { [name] = JsonDocument.Parse(value).RootElement }, out var errors));
        Assert.Contains(says, Assert.Single(errors[name]), StringComparison.Ordinal);
    }

    [Fact]
    public void Precision_CountsNeighboursOfTheSameLabel_WithoutTheRowItself()
    {
        // Two groups far from each other, and one of the second that lies with the first; what has no label does not count.
        float[] vectors = [0, 0, 0, 1, 1, 0, 9, 9, 9, 8, .5f, .5f, 0, 0];
        double[] each = NeighbourQuality.Precision(vectors, ["a", "a", "a", "b", "b", "b", null], depth: 2);
        Assert.Equal([.5, .5, .5, 1, .5, 0], each); // the stray is nearer to (9, 9) than the first group is
    }

    private async Task WriteBaseAsync(int channels)
    {
        var graph = new GraphBuilder("base");
        var seen = graph.Input("seen", ElementType.Float, "batch", channels, 16, 16);
        graph.Output("colour", graph.Node("ReduceMean", [seen, graph.Constant("sides", [2L, 3L])], ("keepdims", 0L)), ElementType.Float, "batch", channels);
        var start = Directory.CreateDirectory(Path.Combine(folder.Path, StartingPoint.Folder)).FullName;
        await File.WriteAllBytesAsync(Path.Combine(start, PackageFiles.Model), graph.Build().ToByteArray());
    }

    private Task<TrainingResult> TrainAsync(Action<WorkerMessage> report, params (string Name, string Value)[] changed)
    {
        var parameters = Small.Concat(changed.Select(pair => KeyValuePair.Create(pair.Name, pair.Value))).GroupBy(pair => pair.Key)
            .ToDictionary(group => group.Key, group => group.Last().Key == "base" ? JsonSerializer.SerializeToElement(group.Last().Value) : JsonDocument.Parse(group.Last().Value).RootElement);
        return new Trainer.Applications.Pictures().TrainAsync(new TrainingTask(Guid.NewGuid(), "pictures", SmallDataset.Version, parameters) { Application = ApplicationName.Pictures }, folder.Path, report);
    }

    public void Dispose() => folder.Dispose();
}
