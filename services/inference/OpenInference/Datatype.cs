using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace ModelOps.Inference.OpenInference;

/// <summary>A datatype of the Open Inference Protocol and its counterpart in ONNX. A tensor's values are an array in row-major order.</summary>
/// <param name="Name">In the protocol, as <c>FP32</c>.</param>
/// <param name="Element">In ONNX.</param>
/// <param name="Bytes">Of one value; 0 where they differ.</param>
internal abstract record Datatype(string Name, TensorElementType Element, int Bytes)
{
    public static IReadOnlyList<Datatype> All { get; } =
    [
        new NumberType<bool>("BOOL", TensorElementType.Bool, value => value.GetBoolean(), (json, value) => json.WriteBooleanValue(value)),
        new NumberType<byte>("UINT8", TensorElementType.UInt8, value => value.GetByte(), (json, value) => json.WriteNumberValue(value)),
        new NumberType<ushort>("UINT16", TensorElementType.UInt16, value => value.GetUInt16(), (json, value) => json.WriteNumberValue(value)),
        new NumberType<uint>("UINT32", TensorElementType.UInt32, value => value.GetUInt32(), (json, value) => json.WriteNumberValue(value)),
        new NumberType<ulong>("UINT64", TensorElementType.UInt64, value => value.GetUInt64(), (json, value) => json.WriteNumberValue(value)),
        new NumberType<sbyte>("INT8", TensorElementType.Int8, value => value.GetSByte(), (json, value) => json.WriteNumberValue(value)),
        new NumberType<short>("INT16", TensorElementType.Int16, value => value.GetInt16(), (json, value) => json.WriteNumberValue(value)),
        new NumberType<int>("INT32", TensorElementType.Int32, value => value.GetInt32(), (json, value) => json.WriteNumberValue(value)),
        new NumberType<long>("INT64", TensorElementType.Int64, value => value.GetInt64(), (json, value) => json.WriteNumberValue(value)),
        new NumberType<Float16>("FP16", TensorElementType.Float16, value => (Float16)(float)Real(value), (json, value) => WriteReal(json, (float)value)),
        new NumberType<float>("FP32", TensorElementType.Float, value => (float)Real(value), WriteReal),
        new NumberType<double>("FP64", TensorElementType.Double, Real, WriteReal),
        new TextType(),
    ];

    public static Datatype? Of(string name) => All.FirstOrDefault(type => type.Name == name);

    public static Datatype? Of(TensorElementType element) => All.FirstOrDefault(type => type.Element == element);

    public abstract Array New(int count);

    /// <exception cref="FormatException">The value is no number, or out of range.</exception>
    /// <exception cref="InvalidOperationException">The value is of another kind.</exception>
    public abstract void Read(JsonElement value, Array into, int at);

    public abstract void Write(Utf8JsonWriter json, Array values);

    /// <summary>Reads values as they lie in memory, little-endian, or as the protocol's BYTES: each a 4-byte length and its bytes.</summary>
    /// <returns>Null when the bytes are not those of <paramref name="count"/> values.</returns>
    public abstract Array? FromRaw(ReadOnlySpan<byte> raw, int count);

    public abstract byte[] ToRaw(Array values);

    public abstract OrtValue ToOrt(Array values, long[] shape);

    public abstract Array FromOrt(OrtValue value);

    /// <summary>JSON has no infinities: they are strings, as many writers have it.</summary>
    private static double Real(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString() switch
    {
        "NaN" => double.NaN,
        "Infinity" => double.PositiveInfinity,
        "-Infinity" => double.NegativeInfinity,
        _ => throw new FormatException(),
    }
    : value.GetDouble();

    private static void WriteReal(Utf8JsonWriter json, float value)
    {
        if (float.IsFinite(value))
            json.WriteNumberValue(value);
        else
            WriteReal(json, (double)value);
    }

    private static void WriteReal(Utf8JsonWriter json, double value)
    {
        if (double.IsFinite(value))
            json.WriteNumberValue(value);
        else
            json.WriteStringValue(double.IsNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity");
    }

    private sealed record NumberType<T>(string Name, TensorElementType Element, Func<JsonElement, T> ReadOne, Action<Utf8JsonWriter, T> WriteOne)
        : Datatype(Name, Element, System.Runtime.CompilerServices.Unsafe.SizeOf<T>()) where T : unmanaged
    {
        public override Array New(int count) => new T[count];

        public override void Read(JsonElement value, Array into, int at) => ((T[])into)[at] = ReadOne(value);

        public override void Write(Utf8JsonWriter json, Array values)
        {
            foreach (var value in (T[])values)
                WriteOne(json, value);
        }

        public override Array? FromRaw(ReadOnlySpan<byte> raw, int count) => raw.Length == (long)count * Bytes ? MemoryMarshal.Cast<byte, T>(raw).ToArray() : null;

        public override byte[] ToRaw(Array values) => MemoryMarshal.AsBytes(((T[])values).AsSpan()).ToArray();

        public override OrtValue ToOrt(Array values, long[] shape) => OrtValue.CreateTensorValueFromMemory((T[])values, shape);

        public override Array FromOrt(OrtValue value) => value.GetTensorDataAsSpan<T>().ToArray();
    }

    private sealed record TextType() : Datatype("BYTES", TensorElementType.String, 0)
    {
        public override Array New(int count) => new string[count];

        public override void Read(JsonElement value, Array into, int at) =>
            ((string[])into)[at] = value.ValueKind == JsonValueKind.String ? value.GetString()! : throw new FormatException();

        public override void Write(Utf8JsonWriter json, Array values)
        {
            foreach (var value in (string[])values)
                json.WriteStringValue(value);
        }

        public override Array? FromRaw(ReadOnlySpan<byte> raw, int count)
        {
            var values = new string[count];
            for (var at = 0; at < count; at++)
            {
                if (raw.Length < sizeof(int) || MemoryMarshal.Read<uint>(raw) is var length && length > (uint)(raw.Length - sizeof(int)))
                    return null;
                values[at] = System.Text.Encoding.UTF8.GetString(raw.Slice(sizeof(int), (int)length));
                raw = raw[(sizeof(int) + (int)length)..];
            }
            return raw.IsEmpty ? values : null;
        }

        public override byte[] ToRaw(Array values)
        {
            using var raw = new MemoryStream();
            foreach (var value in (string[])values)
            {
                var bytes = System.Text.Encoding.UTF8.GetBytes(value);
                raw.Write(BitConverter.GetBytes(bytes.Length));
                raw.Write(bytes);
            }
            return raw.ToArray();
        }

        public override OrtValue ToOrt(Array values, long[] shape)
        {
            var tensor = OrtValue.CreateTensorWithEmptyStrings(OrtAllocator.DefaultInstance, shape);
            foreach (var (at, value) in ((string[])values).Index())
                tensor.StringTensorSetElementAt(value, at);
            return tensor;
        }

        public override Array FromOrt(OrtValue value) => value.GetStringTensorAsArray();
    }
}
