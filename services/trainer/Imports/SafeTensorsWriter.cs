using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace ModelOps.Trainer.Imports;

/// <summary>Writes what <see cref="SafeTensors"/> reads, in 32 bits.</summary>
public static class SafeTensorsWriter
{
    public static void Write(string path, IReadOnlyCollection<(string Name, long[] Shape, float[] Values)> tensors)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        var header = new Dictionary<string, object>();
        var end = 0L;
        foreach (var (name, shape, values) in tensors)
            header[name] = new { dtype = "F32", shape, data_offsets = new[] { end, end += values.Length * sizeof(float) } };
        var text = JsonSerializer.SerializeToUtf8Bytes(header);
        Span<byte> length = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(length, text.Length);
        using var file = File.Create(path);
        file.Write(length);
        file.Write(text);
        foreach (var (_, _, values) in tensors)
            file.Write(MemoryMarshal.AsBytes(values.AsSpan()));
    }
}
