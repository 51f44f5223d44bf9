using Google.Protobuf;
using ModelOps.Contracts;
using ModelOps.Contracts.Versions;
using ModelOps.Features;
using ModelOps.Features.Assist;
using ModelOps.Features.Text.Linear;
using ModelOps.Trainer.Onnx.Format;
using static ModelOps.Trainer.Onnx.Format.TensorProto.Types;

namespace ModelOps.Tests.Inference.Assist;

/// <summary>A small message classifier with answers. Its graph, as one without a network, gives every intent the same.</summary>
internal static class TinyAssistPackage
{
    public static readonly string[] Intents = ["delivery", "gifts", "order_status", "return"];

    private static readonly (string Text, int Intent)[] Messages =
    [
        ("how long does delivery take", 0), ("when will it be delivered", 0), ("what does delivery cost", 0), ("配送需要多久", 0), ("什么时候送到", 0),
        ("a gift for my mother", 1), ("i need a present", 1), ("what would be a nice gift", 1), ("送妈妈的礼物", 1), ("我想买礼物", 1),
        ("where is my order", 2), ("has my order been sent", 2), ("status of my order", 2), ("我的订单在哪里", 2), ("订单发货了吗", 2),
        ("how do i return a product", 3), ("i want to send it back", 3), ("return this please", 3), ("怎么退货", 3), ("我要退货", 3),
    ];

    private static readonly FaqEntry[] Faq =
    [
        new("How long does delivery take?", "Two to four days.", "delivery", "en", "https://shop.example/delivery"),
        new("配送需要多久？", "两到四天。", "delivery", "zh"),
        new("How do I return a product?", "Send it back within 30 days.", "return", "en"),
    ];

    public static async Task DeployAsync(RegistryClient registry, string model) =>
        await registry.SetAliasAsync(StoreId.Main, model, "champion", new AliasRequest(await RegisterAsync(registry, model, model), model));

    public static async Task<int> RegisterAsync(RegistryClient registry, string model, string key)
    {
        var folder = Directory.CreateTempSubdirectory("modelops-tiny-assist-").FullName;
        await new AssistSettings(Intents, 64, 0, 3, new ScopeRule([-6, 0, -4, 0, 0, 0], 0, .5)).WriteAsync(Path.Combine(folder, PackageFiles.Assist));
        LinearClassifier.Train([.. Messages.Select(message => message.Text)], [.. Messages.Select(message => message.Intent)], Intents.Length, new TermSettings(LeastTexts: 1), new SvmSettings())
            .Write(Path.Combine(folder, PackageFiles.Linear));
        await File.WriteAllLinesAsync(Path.Combine(folder, PackageFiles.Words), WordEncoder.VocabularyOf(Messages.Select(message => message.Text)));
        await FaqEntry.WriteAsync(Path.Combine(folder, PackageFiles.Faq), Faq);
        await File.WriteAllBytesAsync(Path.Combine(folder, PackageFiles.Model), Graph().ToByteArray());
        return await TinyPackage.UploadAsync(registry, model, key, folder);
    }

    private static ModelProto Graph() => new()
    {
        IrVersion = 10,
        OpsetImport = { new OperatorSetIdProto { Version = 21 } },
        Graph = new GraphProto
        {
            Name = "tiny",
            Input = { TinyPackage.Value(MessageGraph.Words, DataType.Int64, "batch", "length"), TinyPackage.Value(MessageGraph.Runs, DataType.Int64, "batch", "length", WordEncoder.MostRuns) },
            Output = { TinyPackage.Value(MessageGraph.Scores, DataType.Float, "batch", Intents.Length) },
            Initializer = { TinyPackage.Tensor("axis1", DataType.Int64, [1L], 1), TinyPackage.Tensor("axes", DataType.Int64, [1L, 2L], 2), TinyPackage.Tensor("zeros", DataType.Float, new float[Intents.Length], Intents.Length) },
            Node =
            {
                TinyPackage.Node("ReduceSum", [MessageGraph.Words, "axis1"], ["read"], ("keepdims", 1L)),
                TinyPackage.Node("ReduceSum", [MessageGraph.Runs, "axes"], ["inside"], ("keepdims", 0L)),
                TinyPackage.Node("Unsqueeze", ["inside", "axis1"], ["column"]),
                TinyPackage.Node("Add", ["read", "column"], ["both"]),
                TinyPackage.Node("Cast", ["both"], ["float"], ("to", (long)DataType.Float)),
                TinyPackage.Node("Mul", ["float", "zeros"], [MessageGraph.Scores]),
            },
        },
    };
}
