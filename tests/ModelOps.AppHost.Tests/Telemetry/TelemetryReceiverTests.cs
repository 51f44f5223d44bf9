using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Google.Protobuf;
using ModelOps.AppHost.LocalEngine.Telemetry;

namespace ModelOps.AppHost.Tests.Telemetry;

public sealed class TelemetryReceiverTests
{
    private const string TraceId = "0af7651916cd43dd8448eb211c80319c";

    [Fact]
    public async Task Spans_Sent_AreFoundByTraceIdInOrder()
    {
        await using var receiver = await TelemetryReceiver.StartAsync(new TelemetryStore(), () => new { }, CancellationToken.None);
        using var http = new HttpClient { BaseAddress = new Uri(receiver.Url) };

        await SendAsync(http, Request(Span(TraceId, "00000000000000b2", "second", 2_000_000), Span(TraceId, "00000000000000b1", "first", 1_000_000)));
        var spans = JsonDocument.Parse(await http.GetStringAsync($"/api/telemetry/traces/{TraceId}")).RootElement;

        Assert.Equal(["first", "second"], spans.EnumerateArray().Select(span => span.GetProperty("name").GetString()));
        Assert.Equal("registry", spans[0].GetProperty("service").GetString());
        Assert.Equal("Error", spans[0].GetProperty("status").GetString());
        Assert.Equal("GET", spans[0].GetProperty("attributes").GetProperty("http.request.method").GetString());
        Assert.Equal(0.5, spans[0].GetProperty("durationMs").GetDouble());
    }

    [Fact]
    public async Task Garbage_Sent_IsRefused()
    {
        await using var receiver = await TelemetryReceiver.StartAsync(new TelemetryStore(), () => new { }, CancellationToken.None);
        using var http = new HttpClient { BaseAddress = new Uri(receiver.Url) };

        var answer = await http.PostAsync("/v1/traces", new ByteArrayContent([0x0a, 0xff, 0xff, 0xff]));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public void Store_Full_ForgetsTheOldest()
    {
        var store = new TelemetryStore(maximumSpans: 100, maximumLogs: 100);
        for (var trace = 0; trace < 250; trace++)
        {
            store.AddSpans(OtlpReader.ReadSpans(Request(Span($"{trace:x32}", "00000000000000b1", "span", 1))));
            store.AddLogs([new LogRecord(DateTimeOffset.UtcNow, "registry", "Info", $"{trace}", $"{trace:x32}", "", new Dictionary<string, string>())]);
        }

        Assert.Equal(100, store.SpanCount);
        Assert.Empty(store.SpansOf($"{149:x32}"));
        Assert.Single(store.SpansOf($"{150:x32}"));
        Assert.Equal(100, store.RecentTraces("registry", 1000).Count);
        Assert.Equal("150", store.Logs(null, null, 1000)[0].Message);
        Assert.Equal("200", Assert.Single(store.Logs($"{200:x32}", null, 10)).Message);
    }

    private static async Task SendAsync(HttpClient http, byte[] request)
    {
        using var content = new ByteArrayContent(request) { Headers = { ContentType = new MediaTypeHeaderValue("application/x-protobuf") } };
        (await http.PostAsync("/v1/traces", content)).EnsureSuccessStatusCode();
    }

    /// <summary>ExportTraceServiceRequest { ResourceSpans { Resource { service.name }, ScopeSpans { Span… } } }.</summary>
    private static byte[] Request(params byte[][] spans)
    {
        var resource = Message(output => Bytes(output, 1, KeyValue("service.name", "registry")));
        var scope = Message(output =>
        {
            foreach (var span in spans)
                Bytes(output, 2, span);
        });
        return Message(output => Bytes(output, 1, Message(inner =>
        {
            Bytes(inner, 1, resource);
            Bytes(inner, 2, scope);
        })));
    }

    private static byte[] Span(string traceId, string spanId, string name, ulong start) => Message(output =>
    {
        Bytes(output, 1, Convert.FromHexString(traceId));
        Bytes(output, 2, Convert.FromHexString(spanId));
        output.WriteTag(5, WireFormat.WireType.LengthDelimited);
        output.WriteString(name);
        output.WriteTag(7, WireFormat.WireType.Fixed64);
        output.WriteFixed64(start);
        output.WriteTag(8, WireFormat.WireType.Fixed64);
        output.WriteFixed64(start + 500_000);
        Bytes(output, 9, KeyValue("http.request.method", "GET"));
        Bytes(output, 15, Message(status =>
        {
            status.WriteTag(3, WireFormat.WireType.Varint);
            status.WriteEnum(2);
        }));
    });

    private static byte[] KeyValue(string key, string value) => Message(output =>
    {
        output.WriteTag(1, WireFormat.WireType.LengthDelimited);
        output.WriteString(key);
        Bytes(output, 2, Message(any =>
        {
            any.WriteTag(1, WireFormat.WireType.LengthDelimited);
            any.WriteString(value);
        }));
    });

    private static void Bytes(CodedOutputStream output, int field, byte[] bytes)
    {
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(ByteString.CopyFrom(bytes));
    }

    private static byte[] Message(Action<CodedOutputStream> write)
    {
        using var bytes = new MemoryStream();
        using (var output = new CodedOutputStream(bytes, leaveOpen: true))
            write(output);
        return bytes.ToArray();
    }
}
