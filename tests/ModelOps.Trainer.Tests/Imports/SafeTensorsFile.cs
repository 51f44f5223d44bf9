using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using ModelOps.Trainer.Architectures;
using ModelOps.Trainer.Imports;

namespace ModelOps.Trainer.Tests.Imports;

/// <summary>Writes what a test wants to import: right, or wrong in one way.</summary>
internal static class SafeTensorsFile
{
    public static void Write(string path, IEnumerable<(string Name, long[] Shape, float[] Values)> tensors)
    {
        var header = new Dictionary<string, object> { ["__metadata__"] = new { format = "pt" } };
        using var data = new MemoryStream();
        foreach (var (name, shape, values) in tensors)
        {
            var begin = data.Position;
            data.Write(MemoryMarshal.AsBytes(values.AsSpan()));
            header[name] = new { dtype = "F32", shape, data_offsets = new[] { begin, data.Position } };
        }
        Write(path, JsonSerializer.Serialize(header), data.ToArray());
    }

    /// <summary>A network with random weights, large enough that every part shows, under the usual names.</summary>
    public static void Write(string path, BertConfig config)
    {
        var (names, random) = (new CheckpointDescription(), new Random(3));
        Write(path, config.Weights().Select(weight => (names.NameOf(weight.Part, weight.Block), weight.Shape, Enumerable.Range(0, (int)weight.Shape.Aggregate((product, dimension) => product * dimension))
            .Select(_ => (float)(random.NextDouble() - 0.5)).ToArray())));
    }

    public static void Write(string path, string header, byte[] data)
    {
        var text = Encoding.UTF8.GetBytes(header);
        var length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, text.Length);
        File.WriteAllBytes(path, [.. length, .. text, .. data]);
    }
}
