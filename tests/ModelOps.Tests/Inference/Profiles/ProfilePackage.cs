using Google.Protobuf;
using ModelOps.Features;
using ModelOps.Features.Profiles;
using ModelOps.Features.Tables;
using ModelOps.Features.Users;
using ModelOps.Trainer.Onnx.Format;
using static ModelOps.Trainer.Onnx.Format.TensorProto.Types;

namespace ModelOps.Tests.Inference.Profiles;

/// <summary>A package whose propensity is the count of orders, whose churn risk the days since the last, and whose value the spend.</summary>
internal static class ProfilePackage
{
    public static ItemCatalogue Catalogue { get; } = new(
    [
        new("hose", "Garden hose", "Gardena", "Garden|Watering", 20, true, 0), new("spade", "Spade", "Fiskars", "Garden|Tools", 30, true, 0),
        new("lamp", "Lamp", "Osram", "Home|Light", 10, true, 0), new("test", "Blood test", "Roche", "Medical|Tests", 15, true, 0),
    ]);

    /// <param name="outputs">Of the graph.</param>
    /// <param name="likeAnn">Others who did what Ann did.</param>
    public static async Task<string> WriteAsync(DateTime now, int outputs = ProfileSettings.ScoreCount, params string[] likeAnn)
    {
        var folder = Directory.CreateTempSubdirectory("modelops-profiles-").FullName;
        await Catalogue.WriteAsync(Path.Combine(folder, PackageFiles.Items));
        await ProfileHistories.WriteAsync(Path.Combine(folder, ProfileHistories.FileName), Histories(now).Concat(likeAnn.Select(other => new KeyValuePair<string, IReadOnlyList<ShopperEvent>>(other, Histories(now).First().Value))), Catalogue);
        await new TableSchema([.. ProfileFeatures.Names.Select(name => new TableColumn(name, ColumnKind.Number))]).WriteAsync(Path.Combine(folder, TableSchema.FileName));
        var clusters = new ProfileClusters([1], .93, [new("low orders", .7, [new("orders", -1)], [0f]), new("high orders", .3, [new("orders", 2)], [4f])]);
        await new ProfileSettings(30, 90, 30, 0, true, new PriceLevels([new PriceLevel(now.AddYears(-2), 250, 320)]), clusters, SensitiveTopics.Defaults, new Dictionary<string, double>())
            .WriteAsync(Path.Combine(folder, ProfileSettings.FileName));
        await File.WriteAllBytesAsync(Path.Combine(folder, PackageFiles.Model), Graph(outputs).ToByteArray());
        return folder;
    }

    /// <summary>Ann bought three times, Bob once, long ago.</summary>
    private static IEnumerable<KeyValuePair<string, IReadOnlyList<ShopperEvent>>> Histories(DateTime now) =>
    [
        new("ann", [new(now.AddDays(-40), Deed.Purchase, "hose", 1, 20), new(now.AddDays(-20), Deed.Purchase, "spade", 2, 30), new(now.AddDays(-10), Deed.Purchase, "test", 1, 15)]),
        new("bob", [new(now.AddDays(-100), Deed.Purchase, "lamp", 1, 10), new(now.AddDays(-5), Deed.View, "lamp", 1, null)]),
    ];

    private static ModelProto Graph(int outputs)
    {
        var graph = new GraphProto
        {
            Name = "profiles",
            Input = { TinyPackage.Value(ProfileSettings.Features, DataType.Float, "batch", ProfileFeatures.Names.Count) },
            Output = { TinyPackage.Value(ProfileSettings.Scores, DataType.Float, "batch", outputs) },
            Initializer = { TinyPackage.Tensor<long>("columns", DataType.Int64, [.. new long[] { 1, 0, 2 }.Take(outputs)], outputs) },
            Node = { TinyPackage.Node("Gather", [ProfileSettings.Features, "columns"], [ProfileSettings.Scores], ("axis", 1L)) },
        };
        return new ModelProto { IrVersion = 10, OpsetImport = { new OperatorSetIdProto { Version = 21 } }, Graph = graph };
    }
}
