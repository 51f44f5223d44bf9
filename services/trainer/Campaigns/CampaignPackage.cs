using System.Text.Json;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using ModelOps.Features;
using ModelOps.Features.Campaigns;
using ModelOps.Features.Tables;
using ModelOps.Trainer.Onnx;
using ModelOps.Trainer.Reproductions;
using ModelOps.Trainer.Training;
using ElementType = ModelOps.Trainer.Onnx.Format.TensorProto.Types.DataType;

namespace ModelOps.Trainer.Campaigns;

/// <summary>Writes what is deployed: one graph for all arms, the table's schema, the customers, the settings and the model card.</summary>
public sealed class CampaignPackage(TrainingTask task, CampaignParameters parameters, CampaignData data, TableRows rows, IReadOnlyList<TrainedArm> arms)
{
    private const int ParityRows = 2000, CurvePoints = 100;

    /// <returns>The largest difference of the graph from the trained models.</returns>
    /// <exception cref="ParityException">The graph answers otherwise.</exception>
    public async Task<double> WriteAsync(string folder)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, PackageFiles.Model);
        await File.WriteAllBytesAsync(path, Graph().Build().ToByteArray());
        var parity = Parity(path);
        await rows.Schema.WriteAsync(Path.Combine(folder, TableSchema.FileName));
        await new CampaignSettings(data.Outcome, data.Control, [.. arms.Select(arm => arm.Settings)], parameters.LearningShare, parameters.HoldOutShare)
            .WriteAsync(Path.Combine(folder, CampaignSettings.FileName));
        await CampaignCustomers.WriteAsync(Path.Combine(folder, CampaignCustomers.FileName), Customers());
        await WriteCardAsync(Path.Combine(folder, PackageFiles.ModelCard), parity);
        return parity;
    }

    private GraphBuilder Graph()
    {
        var graph = new GraphBuilder("campaigns");
        var features = graph.Input(CampaignSettings.Features, ElementType.Float, "batch", rows.Columns);
        graph.Output(CampaignSettings.Uplift, Columns(arms.Select(arm => arm.Uplift?.Export(graph, features, rows.Schema) ?? graph.Zeros(features, 1))), ElementType.Float, "batch", arms.Count);
        graph.Output(CampaignSettings.Response, Columns(arms.Select(arm => arm.Response.Export(graph, features, rows.Schema))), ElementType.Float, "batch", arms.Count);
        return graph;

        string Columns(IEnumerable<string> parts) => graph.Node("Concat", parts.ToList(), ("axis", 1L));
    }

    private double Parity(string path)
    {
        var some = rows.Take([.. Enumerable.Range(0, Math.Min(ParityRows, rows.Count))]);
        using var session = new InferenceSession(path);
        using var options = new RunOptions();
        using var input = OrtValue.CreateTensorValueFromMemory(some.Values, [some.Count, some.Columns]);
        using var outputs = session.Run(options, [CampaignSettings.Features], [input], [CampaignSettings.Uplift, CampaignSettings.Response]);
        var (uplift, response) = (outputs[0].GetTensorDataAsSpan<float>().ToArray(), outputs[1].GetTensorDataAsSpan<float>().ToArray());
        var largest = 0.0;
        for (var arm = 0; arm < arms.Count; arm++)
        {
            var (expectedUplift, expectedResponse) = (arms[arm].Uplift?.Predict(some) ?? new double[some.Count], arms[arm].Response.Predict(some));
            for (var row = 0; row < some.Count; row++)
                largest = Math.Max(largest, Math.Max(Math.Abs(expectedUplift[row] - uplift[row * arms.Count + arm]), Math.Abs(expectedResponse[row] - response[row * arms.Count + arm])));
        }
        return largest <= ParityCheck.Tolerance
            ? largest
            : throw new ParityException($"{path} differs from the trained models by {largest:g3}, more than {ParityCheck.Tolerance:g1}. The export is wrong; it is not registered.");
    }

    /// <summary>A user's last row.</summary>
    private Dictionary<string, float[]> Customers()
    {
        var customers = new Dictionary<string, float[]>(StringComparer.Ordinal);
        for (var row = 0; row < rows.Count; row++)
        {
            if (data.Users[row] is { } user)
                customers[user] = rows.Row(row).ToArray();
        }
        return customers;
    }

    private async Task WriteCardAsync(string path, double parity)
    {
        var card = new
        {
            task.Model,
            task.Run,
            Application = Contracts.Runs.ApplicationName.Campaigns,
            Parameters = parameters,
            Dataset = new { task.Dataset.Name, task.Dataset.Version, task.Dataset.CreatedAt, task.Dataset.ContentSha256 },
            Data = new { Rows = rows.Count, Columns = rows.Schema.Columns.Select(column => column.Name), data.Outcome, data.Control, data.IsOrdered, Treatments = data.Treatments.CountBy(treatment => treatment).ToDictionary() },
            Drift = BaseRateDrift.Of(data.Outcomes, data.IsOrdered),
            Arms = arms.Select(arm => new
            {
                arm.Settings.Name,
                arm.Settings.Way,
                arm.Settings.Finding,
                arm.Settings.Learner,
                arm.Settings.Qini,
                arm.Settings.QiniLow,
                arm.Settings.QiniHigh,
                arm.Effects?.Curve.Auuc,
                UpliftAtTenth = arm.Effects?.AtTenth,
                AverageEffect = new { Value = arm.Settings.AverageEffect, Low = arm.Settings.AverageLow, High = arm.Settings.AverageHigh },
                ResponseAuc = arm.ResponseAuc,
                arm.Validation,
                arm.Settings.Groups,
                arm.Responses,
                QiniCurve = Thinned(arm.Effects?.Curve.Qini),
                QiniBand = arm.Effects?.Band.Select(point => new { point.Share, point.Gain.Low, point.Gain.High }),
                UpliftCurve = Thinned(arm.Effects?.Curve.Uplift),
            }),
            Note = "Qini, uplift and curves are of customers that nothing was chosen or trained on. The models in this package then learned from all customers with the same settings.",
            Export = new { Parity = parity, Tolerance = ParityCheck.Tolerance },
            Code = Lineage.ThisCode,
            CreatedAt = DateTimeOffset.UtcNow,
        };
        await using var file = File.Create(path);
        await JsonSerializer.SerializeAsync(file, card, PackageJson.Indented);
    }

    private static IEnumerable<object>? Thinned(IReadOnlyList<Evaluation.CurvePoint>? curve) =>
        curve is null ? null : Enumerable.Range(0, CurvePoints + 1).Select(step => curve[step * (curve.Count - 1) / CurvePoints]).Distinct().Select(point => (object)new { point.Share, point.Gain });
}
