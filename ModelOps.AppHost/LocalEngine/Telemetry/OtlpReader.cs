using Google.Protobuf;

namespace ModelOps.AppHost.LocalEngine.Telemetry;

/// <summary>
/// Reads the few fields that are shown from OTLP's messages (opentelemetry-proto 1.x: trace/v1, logs/v1, common/v1),
/// by field number; whatever else a message holds is skipped.
/// </summary>
internal static class OtlpReader
{
    private static readonly string[] SpanKinds = ["Unspecified", "Internal", "Server", "Client", "Producer", "Consumer"];

    public static List<Span> ReadSpans(byte[] request) => ReadRequest(request, ReadSpan);

    public static List<LogRecord> ReadLogs(byte[] request) => ReadRequest(request, ReadLog);

    /// <summary>Export…ServiceRequest { 1: Resource… { 1: Resource, 2: Scope… { 2: item } } } has one shape for traces and logs.</summary>
    private static List<T> ReadRequest<T>(byte[] request, Func<ByteString, string, T> readItem)
    {
        var items = new List<T>();
        OtlpFields.Each(request, (field, input) =>
        {
            if (field != 1)
                return false;
            var (service, scopes) = ReadResource(input.ReadBytes());
            foreach (var scope in scopes)
                OtlpFields.Each(scope, (inner, scopeInput) =>
                {
                    if (inner != 2)
                        return false;
                    items.Add(readItem(scopeInput.ReadBytes(), service));
                    return true;
                });
            return true;
        });
        return items;
    }

    private static (string Service, List<ByteString> Scopes) ReadResource(ByteString bytes)
    {
        var service = "unknown";
        var scopes = new List<ByteString>();
        OtlpFields.Each(bytes, (field, input) =>
        {
            if (field == 1)
                service = ReadAttributes(input.ReadBytes(), attributesField: 1).GetValueOrDefault("service.name", service);
            else if (field == 2)
                scopes.Add(input.ReadBytes());
            else
                return false;
            return true;
        });
        return (service, scopes);
    }

    private static Span ReadSpan(ByteString bytes, string service)
    {
        string traceId = "", spanId = "", parent = "", name = "", status = "Unset";
        string? message = null;
        var kind = 0;
        ulong start = 0, end = 0;
        var attributes = new Dictionary<string, string>();
        OtlpFields.Each(bytes, (field, input) =>
        {
            switch (field)
            {
                case 1: traceId = Hex(input.ReadBytes()); break;
                case 2: spanId = Hex(input.ReadBytes()); break;
                case 4: parent = Hex(input.ReadBytes()); break;
                case 5: name = input.ReadString(); break;
                case 6: kind = input.ReadEnum(); break;
                case 7: start = input.ReadFixed64(); break;
                case 8: end = input.ReadFixed64(); break;
                case 9: OtlpValue.ReadKeyValue(input.ReadBytes(), attributes); break;
                case 15: (status, message) = ReadStatus(input.ReadBytes()); break;
                default: return false;
            }
            return true;
        });
        return new Span(traceId, spanId, parent.Length == 0 ? null : parent, service, name,
            SpanKinds[kind is >= 0 and < 6 ? kind : 0], Time(start), end < start ? 0 : (end - start) / 1e6, attributes, status, message);
    }

    private static (string Status, string? Message) ReadStatus(ByteString bytes)
    {
        var status = "Unset";
        string? message = null;
        OtlpFields.Each(bytes, (field, input) =>
        {
            if (field == 2)
                message = input.ReadString();
            else if (field == 3)
                status = input.ReadEnum() switch { 1 => "Ok", 2 => "Error", _ => "Unset" };
            else
                return false;
            return true;
        });
        return (status, message);
    }

    private static LogRecord ReadLog(ByteString bytes, string service)
    {
        string severity = "", message = "", traceId = "", spanId = "";
        ulong time = 0, observed = 0;
        var attributes = new Dictionary<string, string>();
        OtlpFields.Each(bytes, (field, input) =>
        {
            switch (field)
            {
                case 1: time = input.ReadFixed64(); break;
                case 3: severity = input.ReadString(); break;
                case 5: message = OtlpValue.Read(input.ReadBytes()); break;
                case 6: OtlpValue.ReadKeyValue(input.ReadBytes(), attributes); break;
                case 9: traceId = Hex(input.ReadBytes()); break;
                case 10: spanId = Hex(input.ReadBytes()); break;
                case 11: observed = input.ReadFixed64(); break;
                default: return false;
            }
            return true;
        });
        return new LogRecord(Time(time == 0 ? observed : time), service, severity, message, traceId, spanId, attributes);
    }

    private static Dictionary<string, string> ReadAttributes(ByteString bytes, int attributesField)
    {
        var attributes = new Dictionary<string, string>();
        OtlpFields.Each(bytes, (field, input) =>
        {
            if (field != attributesField)
                return false;
            OtlpValue.ReadKeyValue(input.ReadBytes(), attributes);
            return true;
        });
        return attributes;
    }

    private static string Hex(ByteString bytes) => Convert.ToHexStringLower(bytes.Span);

    private static DateTimeOffset Time(ulong unixNanoseconds) =>
        DateTimeOffset.UnixEpoch.AddTicks((long)Math.Min(unixNanoseconds / 100, (ulong)(DateTimeOffset.MaxValue - DateTimeOffset.UnixEpoch).Ticks));
}
