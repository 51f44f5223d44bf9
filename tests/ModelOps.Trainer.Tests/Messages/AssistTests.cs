using System.Text.Json;
using Microsoft.ML.OnnxRuntime;
using ModelOps.Contracts.Datasets;
using ModelOps.Features;
using ModelOps.Features.Assist;
using ModelOps.Features.Text.Linear;
using ModelOps.Trainer.Applications;
using ModelOps.Trainer.Messages;
using ModelOps.Trainer.Training;

namespace ModelOps.Trainer.Tests.Messages;

/// <summary>The whole training, to a package that answers as the trained model does.</summary>
public sealed class AssistTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(0)]
    public async Task Train_LeavesAPackage_ThatKnowsItsIntents_AndWhatIsOutOfScope(int networks)
    {
        using var folder = new Folder();
        await SmallMessages.WriteAsync(folder.Path);
        var messages = new List<WorkerMessage>();
        var result = await new Assist().TrainAsync(TaskOf(new { networks, passes = 4, dimensions = 20, filters = 100, heldOut = .4 }), folder.Path, messages.Add);

        Assert.True(result.Metrics["accuracy"] > .8, $"{result.Metrics["accuracy"]}");
        Assert.True(result.Metrics["accuracy"] > result.Comparison["majority"]["accuracy"] + .3);
        Assert.Equal(["majority", "model", "tfidf-lr"], result.Comparison.Keys.Order());
        Assert.InRange(result.Metrics["parity"], 0, 1e-4);
        Assert.InRange(result.Metrics["ece"], 0, 1);
        Assert.InRange(result.Metrics["oos_auc"], .5, 1);
        Assert.Equal(networks == 0 ? 0 : 12, messages.Count(message => message.Epoch is not null));

        var package = Path.Combine(folder.Path, TrainingTask.PackageFolder);
        Assert.All(new Assist().PackageFiles, file => Assert.True(File.Exists(Path.Combine(package, file)), file));
        var settings = await AssistSettings.ReadAsync(Path.Combine(package, PackageFiles.Assist));
        var classifier = new MessageClassifier(settings, LinearClassifier.Read(Path.Combine(package, PackageFiles.Linear)));
        var encoder = new WordEncoder(await File.ReadAllLinesAsync(Path.Combine(package, PackageFiles.Words)), settings.Buckets);
        using var session = new InferenceSession(Path.Combine(package, PackageFiles.Model));
        Judgement Judge(string text) => classifier.Judge(text, MessageGraphRun.Run(session, encoder.Encode([text])));
        Assert.Equal("delivery", settings.Intents[Judge("where is the courier").Best]);
        Assert.Equal("退货", settings.Intents[Judge("怎么退货").Best]);
        Assert.True(Judge("a poem about planets").OutOfScope > Judge("where is my parcel").OutOfScope);
        Assert.Equal("Two days.", Assert.Single(await FaqEntry.ReadAsync(Path.Combine(package, PackageFiles.Faq))).Answer);
    }

    [Fact]
    public async Task Train_OfTheSameSeed_IsTheSame()
    {
        var parameters = new AssistParameters { Networks = 1, Passes = 1, Dimensions = 8, Filters = 8 };
        var set = SmallMessages.Set().Within();
        using var one = MessageModel.Train(set.Texts, set.Labels, set.Intents.Count, parameters, 1, (_, _, _) => { });
        using var other = MessageModel.Train(set.Texts, set.Labels, set.Intents.Count, parameters, 1, (_, _, _) => { });
        await Task.CompletedTask;
        foreach (var (a, b) in one.Score(set.Texts).Zip(other.Score(set.Texts)))
        {
            Assert.Equal(a.Linear, b.Linear);
            Assert.All(a.Network.Zip(b.Network), pair => Assert.Equal(pair.First, pair.Second, 1e-4f));
        }
    }

    [Fact]
    public async Task Train_WithoutMessages_SaysWhatToDo()
    {
        using var folder = new Folder();
        var refused = await Assert.ThrowsAsync<TrainingException>(() => new Assist().TrainAsync(TaskOf(new { networks = 0 }), folder.Path, _ => { }));
        Assert.Contains("Upload what customers wrote as 'messages'", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_OfOneIntent_SaysWhatIsNeeded() => Assert.Contains(
        "needs at least 20 of 2", Assert.Throws<TrainingException>(() => new AssistTraining(new AssistParameters(), _ => { }).Run(MessageSet.Of([("a", "x"), ("b", "x"), ("c", null)]))).Message, StringComparison.Ordinal);

    private static TrainingTask TaskOf(object parameters) => new(
        Guid.Empty,
        "assist",
        new DatasetVersion("messages", 1, new DatasetRows(0, 0, 0), "", DateTimeOffset.UnixEpoch, 0, new DatasetProfile(0, 0, 0, 0, null, null, new Dictionary<string, long>(), false)),
        JsonSerializer.SerializeToElement(parameters).EnumerateObject().ToDictionary(property => property.Name, property => property.Value));
}
