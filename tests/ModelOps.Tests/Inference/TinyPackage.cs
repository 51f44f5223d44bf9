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
    /// <param name="format">Of the schema.</param>
    public static async Task<int> RegisterAsync(RegistryClient registry, string model, string key, bool fails = false, int format = FeatureSchema.CurrentFormat)
    {
        var folder = Directory.CreateTempSubdirectory("modelops-tiny-").FullName;
        await WriteAsync(folder, fails, format: format);
        return await UploadAsync(registry, model, key, folder);
    }

    /// <summary>Registers what lies in a folder, and removes the folder.</summary>
    public static async Task<int> UploadAsync(RegistryClient registry, string model, string key, string folder)
    {
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

    /// <param name="fails">Whether every call of the graph fails.</param>
    /// <param name="excludeSeen">Of the schema.</param>
    /// <param name="fusion">Of the schema and the graph.</param>
    /// <param name="unavailable">An item that is sold out.</param>
    /// <param name="format">Of the schema.</param>
    public static async Task WriteAsync(string folder, bool fails = false, bool excludeSeen = false, FrequencyFusion? fusion = null, string? unavailable = null, int format = FeatureSchema.CurrentFormat)
    {
        var items = Enumerable.Range(1, Items)
            .Select(number => new CatalogueItem($"p{number}", $"Product {number}", number % 2 == 0 ? "even" : "odd", number <= 3 ? "small|toys" : "large|toys", number, $"p{number}" != unavailable, 1.0 / number)).ToList();
        await new ItemCatalogue(items).WriteAsync(Path.Combine(folder, PackageFiles.Items));
        await ShopperHistories.WriteAsync(Path.Combine(folder, PackageFiles.Shoppers), [new ShopperHistory("known", [3, 2, 3])]);
        await new RelatedItems([new([2, 3], [5]), new([1], [5, 4]), new([], []), new([], [2]), new([], [])]).WriteAsync(Path.Combine(folder, PackageFiles.Related));
        await new FeatureSchema(Length, excludeSeen, 0, ["purchase"], ["purchase"], 0, fusion) { Format = format }.WriteAsync(Path.Combine(folder, PackageFiles.Schema));
        await File.WriteAllBytesAsync(Path.Combine(folder, PackageFiles.Model), Graph(fails, fusion is not null).ToByteArray());
    }

    /// <summary>Scores (batch, items + 1) = sum over the history of one-hot (batch, length, items + 1), and own counts with all their weight; ranked as every package does.</summary>
    /// <param name="fails">Every item is looked up in a table that knows only the padding.</param>
    /// <param name="own">Whether the graph takes own counts.</param>
    private static ModelProto Graph(bool fails, bool own)
    {
        var graph = new GraphProto
        {
            Name = "tiny",
            Input =
            {
                Value(PackageGraph.History, TensorProto.Types.DataType.Int64, "batch", Length),
                Value(PackageGraph.Forbidden, TensorProto.Types.DataType.Int64, "batch", "forbidden"),
                Value(PackageGraph.Count, TensorProto.Types.DataType.Int64, 1),
            },
            Output =
            {
                Value(PackageGraph.Items, TensorProto.Types.DataType.Int64, "batch", "count"),
                Value(PackageGraph.Scores, TensorProto.Types.DataType.Float, "batch", "count"),
            },
            Initializer =
            {
                Tensor("depth", TensorProto.Types.DataType.Int64, [Items + 1L], 1),
                Tensor("off-on", TensorProto.Types.DataType.Float, [0f, 1f], 2),
                Tensor("axis", TensorProto.Types.DataType.Int64, [1L], 1),
                Tensor<long>("table", TensorProto.Types.DataType.Int64, fails ? [0L] : [.. Enumerable.Range(0, Items + 1).Select(item => (long)item)], fails ? 1 : Items + 1),
                Tensor("pads", TensorProto.Types.DataType.Int64, [0L, 1, 0, 0], 4),
                Tensor("never", TensorProto.Types.DataType.Float, [float.NegativeInfinity], 1),
            },
            Node =
            {
                Node("Gather", ["table", PackageGraph.History], ["known"]),
                Node("OneHot", ["known", "depth", "off-on"], ["hot"]),
                Node("ReduceSum", ["hot", "axis"], ["occurrences"], ("keepdims", 0L)),
                Node("Pad", [PackageGraph.Forbidden, "pads"], ["forbidden-padded"]),
                Node("Shape", ["forbidden-padded"], ["forbidden-shape"]),
                Node("Expand", ["never", "forbidden-shape"], ["nevers"]),
                own ? Node("ScatterElements", ["occurrences", PackageGraph.OwnItems, PackageGraph.OwnCounts], ["all"], ("axis", 1L), ("reduction", "add")) : Node("Identity", ["occurrences"], ["all"]),
                Node("ScatterElements", ["all", "forbidden-padded", "nevers"], ["allowed"], ("axis", 1L)),
                Node("TopK", ["allowed", PackageGraph.Count], [PackageGraph.Scores, PackageGraph.Items]),
            },
        };
        if (own)
            graph.Input.Add([Value(PackageGraph.OwnItems, TensorProto.Types.DataType.Int64, "batch", "own"), Value(PackageGraph.OwnCounts, TensorProto.Types.DataType.Float, "batch", "own")]);
        return new ModelProto { IrVersion = 10, OpsetImport = { new OperatorSetIdProto { Version = 21 } }, Graph = graph };
    }

    internal static NodeProto Node(string operation, string[] inputs, string[] outputs, params (string Name, object Value)[] attributes)
    {
        var node = new NodeProto { OpType = operation, Input = { inputs }, Output = { outputs } };
        foreach (var (name, value) in attributes)
        {
            node.Attribute.Add(value is long number
                ? new AttributeProto { Name = name, I = number, Type = AttributeProto.Types.AttributeType.Int }
                : new AttributeProto { Name = name, S = ByteString.CopyFromUtf8((string)value), Type = AttributeProto.Types.AttributeType.String });
        }
        return node;
    }

    internal static TensorProto Tensor<T>(string name, TensorProto.Types.DataType type, T[] values, long length) where T : struct =>
        new() { Name = name, DataType = (int)type, Dims = { length }, RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes<T>(values)) };

    internal static ValueInfoProto Value(string name, TensorProto.Types.DataType type, params object[] shape)
    {
        var dimensions = new TensorShapeProto();
        foreach (var dimension in shape)
            dimensions.Dim.Add(dimension is string free ? new TensorShapeProto.Types.Dimension { DimParam = free } : new TensorShapeProto.Types.Dimension { DimValue = Convert.ToInt64(dimension, null) });
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = new() { ElemType = (int)type, Shape = dimensions } } };
    }
}
