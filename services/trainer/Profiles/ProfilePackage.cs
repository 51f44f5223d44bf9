using System.Text.Json;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using ModelOps.Features;
using ModelOps.Features.Profiles;
using ModelOps.Features.Tables;
using ModelOps.Trainer.Onnx;
using ModelOps.Trainer.Reproductions;
using ModelOps.Trainer.Training;
using ElementType = ModelOps.Trainer.Onnx.Format.TensorProto.Types.DataType;

namespace ModelOps.Trainer.Profiles;

/// <summary>Writes what is deployed: one graph for all scores, the table's schema, the products, the histories, the settings and the model card.</summary>
public sealed class ProfilePackage(TrainingTask task, ProfileParameters parameters, ProfileData data, TrainedProfiles trained, IReadOnlyDictionary<string, double> metrics)
{
    private const int ParityRows = 2000;
    private const string Note =
        "Every figure is of shoppers at the test's cutoff, by a model that learned only from what had been known before it; the peer is a logistic regression on recency, orders and spend from the same rows. "
        + "The model in this package then learned from all snapshots with the same settings. One cutoff is one draw: seasons, prices and campaigns of the test's days are in it. "
        + "Scores rank and count shoppers as they behaved; they are no causes, and say nothing of what a contact would change. No attribute of the person is read: no age, sex, origin, health or place.";

    /// <returns>The largest difference of the graph from the trained models, as a share of amounts above 1.</returns>
    /// <exception cref="ParityException">The graph answers otherwise.</exception>
    public async Task<double> WriteAsync(string folder)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, PackageFiles.Model);
        await File.WriteAllBytesAsync(path, Graph().Build().ToByteArray());
        var parity = Parity(path);
        await trained.Schema.WriteAsync(Path.Combine(folder, TableSchema.FileName));
        await data.Catalogue.WriteAsync(Path.Combine(folder, PackageFiles.Items));
        await ProfileHistories.WriteAsync(Path.Combine(folder, ProfileHistories.FileName), data.Users.Zip(data.Histories, (user, events) => KeyValuePair.Create(user, (IReadOnlyList<ShopperEvent>)events)), data.Catalogue);
        await new ProfileSettings(
                trained.Propensity.Target.Days, trained.Churn.Target.Days, parameters.HalfLifeDays, task.Dataset.EventCursor, trained.Spend is not null, data.Prices, trained.Clusters, parameters.RefusedTopics,
                metrics.Where(pair => double.IsFinite(pair.Value)).ToDictionary())
            .WriteAsync(Path.Combine(folder, ProfileSettings.FileName));
        await WriteCardAsync(Path.Combine(folder, PackageFiles.ModelCard), parity);
        return parity;
    }

    private GraphBuilder Graph()
    {
        var graph = new GraphBuilder("profiles");
        var features = graph.Input(ProfileSettings.Features, ElementType.Float, "batch", trained.Schema.Columns.Count);
        var propensity = trained.Propensity.Learned.Export(graph, features, trained.Schema);
        var churn = trained.Churn.Learned.Export(graph, features, trained.Schema);
        var value = trained.Spend is { } spend ? Expected(spend) : graph.Node("Mul", [propensity, graph.Constant("value.none", 0f)]);
        graph.Output(ProfileSettings.Scores, graph.Node("Concat", [propensity, churn, value], ("axis", 1L)), ElementType.Float, "batch", ProfileSettings.ScoreCount);
        return graph;

        string Expected(SpendModel model)
        {
            var amount = graph.Node("Exp", [graph.Node("Min", [model.LogSpend.Export(graph, features, trained.Schema), graph.Constant("value.most", SpendModel.MostLog)])]);
            return graph.Node("Mul", [graph.Node("Mul", [propensity, amount]), graph.Constant("value.factor", (float)model.Factor)]);
        }
    }

    private double Parity(string path)
    {
        var some = trained.Present.Take([.. Enumerable.Range(0, Math.Min(ParityRows, trained.Present.Count))]);
        using var session = new InferenceSession(path);
        using var options = new RunOptions();
        using var input = OrtValue.CreateTensorValueFromMemory(some.Values, [some.Count, some.Columns]);
        using var outputs = session.Run(options, [ProfileSettings.Features], [input], [ProfileSettings.Scores]);
        var scores = outputs[0].GetTensorDataAsSpan<float>();
        var (largest, expected) = (0.0, trained.Predict(some));
        for (var i = 0; i < expected.Length; i++)
            largest = Math.Max(largest, Math.Abs(expected[i] - scores[i]) / Math.Max(1, Math.Abs(expected[i])));
        return largest <= ParityCheck.Tolerance
            ? largest
            : throw new ParityException($"{path} differs from the trained models by {largest:g3}, more than {ParityCheck.Tolerance:g1}. The export is wrong; it is not registered.");
    }

    private async Task WriteCardAsync(string path, double parity)
    {
        var card = new
        {
            task.Model,
            task.Run,
            task.Application,
            Parameters = parameters,
            Dataset = new { task.Dataset.Name, task.Dataset.Version, task.Dataset.EventCursor, task.Dataset.CreatedAt, task.Dataset.ContentSha256 },
            Data = new { Users = data.Users.Length, Products = data.Catalogue.Items.Count, data.From, data.End, Features = ProfileFeatures.Names },
            Scores = new[] { trained.Propensity, trained.Churn }.Select(score => new { score.Target, score.Cutoff, score.Chosen, score.Report }),
            Value = trained.SpendTest is { } test ? new { test.Model, test.Peer, trained.Spend!.Factor } : null,
            Clusters = new { trained.Clusters.Stability, Groups = trained.Clusters.Clusters.Select(cluster => new { cluster.Name, cluster.Share, cluster.Traits }) },
            Note,
            Export = new { Parity = parity, Tolerance = ParityCheck.Tolerance },
            Code = Lineage.ThisCode,
            CreatedAt = DateTimeOffset.UtcNow,
        };
        await using var file = File.Create(path);
        await JsonSerializer.SerializeAsync(file, card, PackageJson.Indented);
    }
}
