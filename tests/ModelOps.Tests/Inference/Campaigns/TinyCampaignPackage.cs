using Google.Protobuf;
using ModelOps.Features;
using ModelOps.Features.Campaigns;
using ModelOps.Features.Tables;
using ModelOps.Trainer.Onnx.Format;
using static ModelOps.Trainer.Onnx.Format.TensorProto.Types;

namespace ModelOps.Tests.Inference.Campaigns;

/// <summary>A package whose uplift and response are the customer's recency, by arm.</summary>
internal static class TinyCampaignPackage
{
    public static CampaignArm Mail { get; } =
        new("mail", RankingWay.Uplift, "s-learner", .03, .02, .04, .01, .005, .015, "", [new(0, .01, 0, .02), new(5, .08, .06, .1)]);

    /// <param name="graphArms">Where the graph is to differ from the settings.</param>
    public static async Task WriteAsync(string folder, CampaignArm arm, int graphArms = 1)
    {
        await new CampaignSettings("visit", arm.Way == RankingWay.NoControl ? null : "none", [arm], 0, 0).WriteAsync(Path.Combine(folder, CampaignSettings.FileName));
        await new TableSchema([new TableColumn("recency", ColumnKind.Number)]).WriteAsync(Path.Combine(folder, TableSchema.FileName));
        await CampaignCustomers.WriteAsync(Path.Combine(folder, CampaignCustomers.FileName), [new("u1", [9f]), new("u2", [float.NaN])]);
        var name = Enumerable.Repeat(CampaignSettings.Features, graphArms).ToArray();
        var graph = new GraphProto
        {
            Name = "campaigns",
            Input = { TinyPackage.Value(CampaignSettings.Features, DataType.Float, "batch", 1) },
            Output = { TinyPackage.Value(CampaignSettings.Uplift, DataType.Float, "batch", graphArms), TinyPackage.Value(CampaignSettings.Response, DataType.Float, "batch", graphArms) },
            Node = { TinyPackage.Node("Concat", name, [CampaignSettings.Uplift], ("axis", 1L)), TinyPackage.Node("Concat", name, [CampaignSettings.Response], ("axis", 1L)) },
        };
        await File.WriteAllBytesAsync(Path.Combine(folder, PackageFiles.Model), new ModelProto { IrVersion = 10, OpsetImport = { new OperatorSetIdProto { Version = 21 } }, Graph = graph }.ToByteArray());
    }
}
