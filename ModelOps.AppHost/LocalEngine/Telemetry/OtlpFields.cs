using System.Globalization;
using Google.Protobuf;

namespace ModelOps.AppHost.LocalEngine.Telemetry;

/// <summary>Walks a protobuf message field by field.</summary>
internal static class OtlpFields
{
    /// <param name="bytes">One message.</param>
    /// <param name="read">Reads the field and says so; a field that it leaves is skipped.</param>
    public static void Each(ByteString bytes, Func<int, CodedInputStream, bool> read) => Each(bytes.CreateCodedInput(), read);

    public static void Each(byte[] bytes, Func<int, CodedInputStream, bool> read) => Each(new CodedInputStream(bytes), read);

    private static void Each(CodedInputStream input, Func<int, CodedInputStream, bool> read)
    {
        while (input.ReadTag() is not 0 and var tag)
        {
            if (!read(WireFormat.GetTagFieldNumber(tag), input))
                input.SkipLastField();
        }
    }
}

/// <summary>common/v1's AnyValue and KeyValue, as text.</summary>
internal static class OtlpValue
{
    private const int MaximumDepth = 8;

    public static void ReadKeyValue(ByteString bytes, Dictionary<string, string> into) => ReadKeyValue(bytes, into, 0);

    public static string Read(ByteString bytes) => Read(bytes, 0);

    private static void ReadKeyValue(ByteString bytes, Dictionary<string, string> into, int depth)
    {
        string key = "", value = "";
        OtlpFields.Each(bytes, (field, input) =>
        {
            if (field == 1)
                key = input.ReadString();
            else if (field == 2)
                value = Read(input.ReadBytes(), depth);
            else
                return false;
            return true;
        });
        into[key] = value;
    }

    private static string Read(ByteString bytes, int depth)
    {
        // Values nest without limit on the wire; nobody reads them that deep.
        if (depth > MaximumDepth)
            return "…";
        var text = "";
        OtlpFields.Each(bytes, (field, input) =>
        {
            switch (field)
            {
                case 1: text = input.ReadString(); break;
                case 2: text = input.ReadBool() ? "true" : "false"; break;
                case 3: text = input.ReadInt64().ToString(CultureInfo.InvariantCulture); break;
                case 4: text = input.ReadDouble().ToString("R", CultureInfo.InvariantCulture); break;
                case 5: text = $"[{string.Join(", ", ReadArray(input.ReadBytes(), depth + 1))}]"; break;
                case 6: text = $"{{{string.Join(", ", ReadMap(input.ReadBytes(), depth + 1).Select(pair => $"{pair.Key}: {pair.Value}"))}}}"; break;
                case 7: text = Convert.ToBase64String(input.ReadBytes().Span); break;
                default: return false;
            }
            return true;
        });
        return text;
    }

    private static List<string> ReadArray(ByteString bytes, int depth)
    {
        var values = new List<string>();
        OtlpFields.Each(bytes, (field, input) =>
        {
            if (field != 1)
                return false;
            values.Add(Read(input.ReadBytes(), depth));
            return true;
        });
        return values;
    }

    private static Dictionary<string, string> ReadMap(ByteString bytes, int depth)
    {
        var map = new Dictionary<string, string>();
        OtlpFields.Each(bytes, (field, input) =>
        {
            if (field != 1)
                return false;
            ReadKeyValue(input.ReadBytes(), map, depth);
            return true;
        });
        return map;
    }
}
