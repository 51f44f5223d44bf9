using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace ModelOps.Trainer.Imports;

/// <param name="Type">As the file writes it, for example <c>F32</c>.</param>
/// <param name="Begin">Of its bytes, from the end of the header.</param>
public sealed record TensorEntry(string Name, string Type, IReadOnlyList<long> Shape, long Begin, long End);

/// <summary>
/// A file of weights: eight bytes with the header's length, a header in JSON, then the tensors' bytes, row by row and little-endian,
/// without holes. The format is https://github.com/huggingface/safetensors; nothing in it can run. The whole header is checked before
/// anything is read.
/// </summary>
public sealed class SafeTensors : IDisposable
{
    private const int LengthBytes = 8;
    private const int LongestHeader = 100_000_000;
    private const string Metadata = "__metadata__";

    /// <summary>Bytes of a value by its type.</summary>
    private static readonly Dictionary<string, int> Sizes = new[] { (8, "F64 I64 U64"), (4, "F32 I32 U32"), (2, "F16 BF16 I16 U16"), (1, "I8 U8 BOOL F8_E4M3 F8_E5M2") }
        .SelectMany(group => group.Item2.Split(' ').Select(type => (Type: type, Size: group.Item1))).ToDictionary(pair => pair.Type, pair => pair.Size);

    /// <summary>Types that <see cref="Read"/> understands.</summary>
    public static IReadOnlyList<string> Readable { get; } = ["F32", "F64", "F16", "BF16"];

    private readonly FileStream file;
    private readonly long dataStart;

    private SafeTensors(FileStream file, long dataStart, IReadOnlyDictionary<string, TensorEntry> tensors) => (this.file, this.dataStart, Tensors) = (file, dataStart, tensors);

    public IReadOnlyDictionary<string, TensorEntry> Tensors { get; }

    /// <exception cref="ImportException">The file is cut off, or contradicts itself.</exception>
    public static SafeTensors Open(string path)
    {
        var file = File.OpenRead(path);
        try
        {
            var header = ReadHeader(file);
            var dataStart = LengthBytes + header.Length;
            return new SafeTensors(file, dataStart, Entries(header, file.Length - dataStart));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>The values of a tensor of floating-point numbers, row by row.</summary>
    /// <exception cref="ImportException">It holds something else.</exception>
    public float[] Read(string name)
    {
        var entry = Tensors[name];
        var bytes = new byte[entry.End - entry.Begin];
        file.Position = dataStart + entry.Begin;
        file.ReadExactly(bytes);
        return entry.Type switch
        {
            "F32" => MemoryMarshal.Cast<byte, float>(bytes).ToArray(),
            "F64" => Array.ConvertAll(MemoryMarshal.Cast<byte, double>(bytes).ToArray(), value => (float)value),
            "F16" => Array.ConvertAll(MemoryMarshal.Cast<byte, Half>(bytes).ToArray(), value => (float)value),
            "BF16" => Array.ConvertAll(MemoryMarshal.Cast<byte, ushort>(bytes).ToArray(), value => BitConverter.UInt32BitsToSingle((uint)value << 16)),
            _ => throw new ImportException($"The tensor '{name}' is of type {entry.Type}. Weights are read from {string.Join(", ", Readable)}: convert it before you import."),
        };
    }

    public void Dispose() => file.Dispose();

    private static byte[] ReadHeader(FileStream file)
    {
        var start = new byte[LengthBytes];
        if (file.ReadAtLeast(start, LengthBytes, throwOnEndOfStream: false) < LengthBytes)
            throw new ImportException($"The file has {file.Length} bytes and no header: it is no safetensors file, or was cut off. Save or upload it again.");
        var length = BinaryPrimitives.ReadUInt64LittleEndian(start);
        if (length > LongestHeader)
            throw new ImportException($"The header would have {length} bytes, more than any safetensors file's: this is another format. Save the weights with safetensors.");
        if ((long)length > file.Length - LengthBytes)
            throw new ImportException($"The header has {length} bytes, the file only {file.Length - LengthBytes} after its start: it was cut off. Save or upload it again.");
        var header = new byte[length];
        file.ReadExactly(header);
        return header;
    }

    private static Dictionary<string, TensorEntry> Entries(byte[] header, long dataLength)
    {
        using var json = Parse(header);
        var entries = new Dictionary<string, TensorEntry>();
        foreach (var property in json.RootElement.EnumerateObject().Where(property => property.Name != Metadata))
            entries[property.Name] = Entry(property);
        var end = 0L;
        foreach (var entry in entries.Values.OrderBy(entry => entry.Begin).ThenBy(entry => entry.End))
        {
            if (entry.Begin != end)
                throw new ImportException($"The tensor '{entry.Name}' begins at byte {entry.Begin}, the one before it ends at {end}: they {(entry.Begin < end ? "overlap" : "leave a hole")}. The file is damaged or was made to mislead; save it again.");
            end = entry.End;
        }
        return end == dataLength
            ? entries
            : throw new ImportException($"The tensors fill {end} bytes, the file has {dataLength} after its header: {(end > dataLength ? "it was cut off" : "something follows them")}. Save or upload it again.");
    }

    private static JsonDocument Parse(byte[] header)
    {
        try
        {
            var json = JsonDocument.Parse(header, new JsonDocumentOptions { AllowDuplicateProperties = false });
            return json.RootElement.ValueKind == JsonValueKind.Object ? json : throw new JsonException("It is no object.");
        }
        catch (JsonException exception)
        {
            throw new ImportException($"The header is not the JSON of a safetensors file: {exception.Message}");
        }
    }

    private static TensorEntry Entry(JsonProperty property)
    {
        try
        {
            var (value, name) = (property.Value, property.Name);
            var type = value.GetProperty("dtype").GetString() ?? "null";
            long[] shape = [.. value.GetProperty("shape").EnumerateArray().Select(dimension => dimension.GetInt64())];
            long[] offsets = [.. value.GetProperty("data_offsets").EnumerateArray().Select(offset => offset.GetInt64())];
            if (!Sizes.TryGetValue(type, out var size))
                throw new ImportException($"The tensor '{name}' is of the unknown type {type}. Known are: {string.Join(", ", Sizes.Keys)}.");
            if (offsets is not [>= 0, var end] || end < offsets[0] || shape.Any(dimension => dimension < 0))
                throw new ImportException($"The tensor '{name}' has the shape [{string.Join(", ", shape)}] and the bytes [{string.Join(", ", offsets)}], which cannot be. Save the file again.");
            var bytes = shape.Aggregate((Int128)size, (product, dimension) => Int128.Min(product * dimension, long.MaxValue));
            return bytes == end - offsets[0]
                ? new TensorEntry(name, type, shape, offsets[0], end)
                : throw new ImportException($"The tensor '{name}' of type {type} and shape [{string.Join(", ", shape)}] needs {bytes} bytes but has {end - offsets[0]}. Save the file again.");
        }
        catch (Exception exception) when (exception is InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new ImportException($"The header describes the tensor '{property.Name}' wrongly: it needs a 'dtype', a 'shape' of whole numbers and two 'data_offsets'.");
        }
    }
}
