using Google.Protobuf;
using ModelOps.Features;
using ModelOps.Features.Retrieval;
using ModelOps.Tests.Features.Retrieval;
using ModelOps.Trainer.Onnx.Format;
using static ModelOps.Tests.Inference.TinyPackage;
using ElementType = ModelOps.Trainer.Onnx.Format.TensorProto.Types.DataType;

namespace ModelOps.Tests.Inference;

/// <summary>A package whose scores are products: a history's vector is the sum of its items', and an index finds the best for it.</summary>
internal sealed class IndexedPackage : IDisposable
{
    public const int Length = 4;
    private readonly RandomIndex random = new(11, items: 600, dimensions: 8, lists: 32, reach: 5);

    public int Items => random.Items;

    public async Task WriteAsync(string folder)
    {
        var items = Enumerable.Range(1, Items).Select(number => new CatalogueItem($"p{number}", $"Product {number}", null, null, number, true, 1.0 / number)).ToList();
        await new ItemCatalogue(items).WriteAsync(Path.Combine(folder, PackageFiles.Items));
        await ShopperHistories.WriteAsync(Path.Combine(folder, PackageFiles.Shoppers), [new ShopperHistory("known", [3, 2, 3])]);
        await new RelatedItems([.. items.Select(_ => new RelatedItem([], []))]).WriteAsync(Path.Combine(folder, PackageFiles.Related));
        await new FeatureSchema(Length, false, 0, ["purchase"], ["purchase"], 0, null).WriteAsync(Path.Combine(folder, PackageFiles.Schema));
        File.Copy(random.Path, Path.Combine(folder, PackageFiles.Index));
        await File.WriteAllBytesAsync(Path.Combine(folder, PackageFiles.User), UserModel().ToByteArray());
        await File.WriteAllBytesAsync(Path.Combine(folder, PackageFiles.Model), Model().ToByteArray());
    }

    private ModelProto UserModel() => Of(new GraphProto
    {
        Name = "user",
        Input = { Value(UserGraph.History, ElementType.Int64, "batch", Length), Value(UserGraph.Vectors, ElementType.Float, "rows", random.Dimensions) },
        Output = { Value(UserGraph.Vector, ElementType.Float, "batch", random.Dimensions) },
        Initializer = { Tensor("axis", ElementType.Int64, [1L], 1) },
        Node = { Node("Gather", [UserGraph.Vectors, UserGraph.History], ["read"]), Node("ReduceSum", ["read", "axis"], [UserGraph.Vector], ("keepdims", 0L)) },
    });

    private ModelProto Model()
    {
        var table = Tensor("table", ElementType.Float, random.Vectors, Items + 1);
        table.Dims.Add(random.Dimensions);
        return Of(new GraphProto
        {
            Name = "exact",
            Input =
            {
                Value(PackageGraph.History, ElementType.Int64, "batch", Length), Value(PackageGraph.Forbidden, ElementType.Int64, "batch", "forbidden"), Value(PackageGraph.Count, ElementType.Int64, 1),
            },
            Output = { Value(PackageGraph.Items, ElementType.Int64, "batch", "count"), Value(PackageGraph.Scores, ElementType.Float, "batch", "count") },
            Initializer = { table, Tensor("axis", ElementType.Int64, [1L], 1), Tensor("pads", ElementType.Int64, [0L, 1, 0, 0], 4), Tensor("never", ElementType.Float, [float.NegativeInfinity], 1) },
            Node =
            {
                Node("Gather", ["table", PackageGraph.History], ["read"]),
                Node("ReduceSum", ["read", "axis"], ["vector"], ("keepdims", 0L)),
                Node("Gemm", ["vector", "table"], ["scored"], ("transB", 1L)),
                Node("Pad", [PackageGraph.Forbidden, "pads"], ["forbidden-padded"]),
                Node("Shape", ["forbidden-padded"], ["forbidden-shape"]),
                Node("Expand", ["never", "forbidden-shape"], ["nevers"]),
                Node("ScatterElements", ["scored", "forbidden-padded", "nevers"], ["allowed"], ("axis", 1L)),
                Node("TopK", ["allowed", PackageGraph.Count], [PackageGraph.Scores, PackageGraph.Items]),
            },
        });
    }

    private static ModelProto Of(GraphProto graph) => new() { IrVersion = 10, OpsetImport = { new OperatorSetIdProto { Version = 21 } }, Graph = graph };

    public void Dispose() => random.Dispose();
}
