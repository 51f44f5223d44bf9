using Google.Protobuf;
using ModelOps.Features;
using ModelOps.Trainer.Onnx.Format;
using static ModelOps.Trainer.Onnx.Format.TensorProto.Types;

namespace ModelOps.Tests.Inference;

/// <summary>A model of somebody's own: doubles numbers, also as FP16 and INT32, and gives words and flags back.</summary>
internal static class OwnPackage
{
    private const DataType Text = (DataType)8; // ONNX: STRING, which no graph of the trainer needs

    public const string Signature = """
        {"description":"Twice as much",
         "inputs":[{"name":"x","datatype":"FP32","shape":[-1,3]},{"name":"words","datatype":"BYTES","shape":[-1]},{"name":"flags","datatype":"BOOL","shape":[-1]}],
         "outputs":[{"name":"twice","datatype":"FP32","shape":[-1,3]},{"name":"half","datatype":"FP16","shape":[-1,3]},{"name":"whole","datatype":"INT32","shape":[-1,3]},
                    {"name":"said","datatype":"BYTES","shape":[-1]},{"name":"shown","datatype":"BOOL","shape":[-1]}]}
        """;

    public static async Task<string> WriteAsync(string signature = Signature)
    {
        var folder = Directory.CreateTempSubdirectory("modelops-own-").FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, PackageFiles.Signature), signature);
        await File.WriteAllBytesAsync(Path.Combine(folder, PackageFiles.Model), Graph().ToByteArray());
        return folder;
    }

    private static ModelProto Graph()
    {
        var graph = new GraphProto
        {
            Name = "own",
            Input = { TinyPackage.Value("x", DataType.Float, "batch", 3), TinyPackage.Value("words", Text, "words"), TinyPackage.Value("flags", DataType.Bool, "flags") },
            Output =
            {
                TinyPackage.Value("twice", DataType.Float, "batch", 3), TinyPackage.Value("half", DataType.Float16, "batch", 3), TinyPackage.Value("whole", DataType.Int32, "batch", 3),
                TinyPackage.Value("said", Text, "words"), TinyPackage.Value("shown", DataType.Bool, "flags"),
            },
            Node =
            {
                TinyPackage.Node("Add", ["x", "x"], ["twice"]),
                TinyPackage.Node("Cast", ["twice"], ["half"], ("to", (long)DataType.Float16)),
                TinyPackage.Node("Cast", ["twice"], ["whole"], ("to", (long)DataType.Int32)),
                TinyPackage.Node("Identity", ["words"], ["said"]),
                TinyPackage.Node("Identity", ["flags"], ["shown"]),
            },
        };
        return new ModelProto { IrVersion = 10, OpsetImport = { new OperatorSetIdProto { Version = 21 } }, Graph = graph };
    }
}
