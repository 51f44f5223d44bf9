using System.Runtime.InteropServices;
using Google.Protobuf;
using ModelOps.Contracts;
using ModelOps.Contracts.Versions;
using ModelOps.Features;
using ModelOps.Trainer.Onnx.Format;

namespace ModelOps.Tests.Inference;

/// <summary>The smallest package that is a real one: its ONNX graph scores an item by how often it stands in the history.</summary>
internal static class TinyPackage
{
    public const int Items = 5;
    private const int Length = 4;

    /// <summary>Registers a version and makes it the champion.</summary>
    public static async Task DeployAsync(RegistryClient registry, string model, string key) =>
        await registry.SetAliasAsync(StoreId.Main, model, "champion", new AliasRequest(await RegisterAsync(registry, model, key), key));

    /// <summary>Registers a version.</summary>
    /// <param name="fails">It loads, but cannot answer for a shopper with a history.</param>
    public static async Task<int> RegisterAsync(RegistryClient registry, string model, string key, bool fails = false)
    {
        var folder = Directory.CreateTempSubdirectory("modelops-tiny-").FullName;
        await WriteAsync(folder, fails);
        var version = await registry.CreateVersionAsync(StoreId.Main, model, new NewModelVersion(null, new Dictionary<string, double>(), new Dictionary<string, string>()), key);
        var files = new List<PackageFile>();
        foreach (var path in Directory.GetFiles(folder))
        {
            var name = Path.GetFileName(path);
            await registry.UploadAsync(StoreId.Main, model, version.Version, name, path);
            await using var content = File.OpenRead(path);
            files.Add(new PackageFile(name, content.Length, Convert.ToHexStringLower(await System.Security.Cryptography.SHA256.HashDataAsync(content))));
        }
        await registry.CompleteAsync(StoreId.Main, model, new PackageManifest(model, version.Version, files));
        Directory.Delete(folder, recursive: true);
        return version.Version;
    }

    private static async Task WriteAsync(string folder, bool fails)
    {
        var items = Enumerable.Range(1, Items).Select(number => new CatalogueItem($"p{number}", $"Product {number}", null, null, null, true, 1.0 / number)).ToList();
        await new ItemCatalogue(items).WriteAsync(Path.Combine(folder, PackageFiles.Items));
        await ShopperHistories.WriteAsync(Path.Combine(folder, PackageFiles.Shoppers), [new ShopperHistory("known", [3, 2, 3])]);
        await new FeatureSchema(Length, ExcludeSeen: false, 0, ["purchase"], ["purchase"], 0, null).WriteAsync(Path.Combine(folder, PackageFiles.Schema));
        await File.WriteAllBytesAsync(Path.Combine(folder, PackageFiles.Model), Graph(fails).ToByteArray());
    }

    /// <summary>scores (batch, items + 1) = sum over the history of one-hot (batch, length, items + 1).</summary>
    /// <param name="fails">Every item is looked up in a table that knows only the padding.</param>
    private static ModelProto Graph(bool fails) => new()
    {
        IrVersion = 10,
        OpsetImport = { new OperatorSetIdProto { Version = 21 } },
        Graph = new GraphProto
        {
            Name = "tiny",
            Input = { Value(PackageFiles.HistoryInput, TensorProto.Types.DataType.Int64, Length) },
            Output = { Value(PackageFiles.ScoresOutput, TensorProto.Types.DataType.Float, Items + 1) },
            Initializer =
            {
                Tensor("depth", TensorProto.Types.DataType.Int64, [Items + 1L], 1),
                Tensor("off-on", TensorProto.Types.DataType.Float, [0f, 1f], 2),
                Tensor("axis", TensorProto.Types.DataType.Int64, [1L], 1),
                Tensor<long>("table", TensorProto.Types.DataType.Int64, fails ? [0L] : [.. Enumerable.Range(0, Items + 1).Select(item => (long)item)], fails ? 1 : Items + 1),
            },
            Node =
            {
                new NodeProto { OpType = "Gather", Input = { "table", PackageFiles.HistoryInput }, Output = { "known" } },
                new NodeProto { OpType = "OneHot", Input = { "known", "depth", "off-on" }, Output = { "hot" } },
                new NodeProto
                {
                    OpType = "ReduceSum",
                    Input = { "hot", "axis" },
                    Output = { PackageFiles.ScoresOutput },
                    Attribute = { new AttributeProto { Name = "keepdims", I = 0, Type = AttributeProto.Types.AttributeType.Int } },
                },
            },
        },
    };

    private static TensorProto Tensor<T>(string name, TensorProto.Types.DataType type, T[] values, long length) where T : struct =>
        new() { Name = name, DataType = (int)type, Dims = { length }, RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes<T>(values)) };

    private static ValueInfoProto Value(string name, TensorProto.Types.DataType type, long columns) => new()
    {
        Name = name,
        Type = new TypeProto { TensorType = new() { ElemType = (int)type, Shape = new TensorShapeProto { Dim = { new TensorShapeProto.Types.Dimension { DimParam = "batch" }, new TensorShapeProto.Types.Dimension { DimValue = columns } } } } },
    };
}
