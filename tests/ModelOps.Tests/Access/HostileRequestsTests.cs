using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using ModelOps.Contracts;
using ModelOps.Contracts.Access;
using ModelOps.DataPrep.Datasets;
using ModelOps.Inference.Models;
using ModelOps.Monitor.Quality;
using ModelOps.Pipeline.Runs;
using ModelOps.Registry;
using ModelOps.ServiceDefaults.Access;

namespace ModelOps.Tests.Access;

/// <summary>A thousand seeded requests that nobody means well with, over all endpoints, by an administrator: none may break a service.</summary>
public sealed partial class HostileRequestsTests(Stores stores)
{
    private const int PerService = 200;
    /// <summary>What the Open Inference Protocol's readiness says without a body, here where no model is loaded.</summary>
    private const string NotReady = "/v2/health/ready";

    private const string Key = "key-of-an-administrator";

    /// <summary>In paths and queries. A path with %00 does not get this far: the server refuses it.</summary>
    private static readonly string[] Values =
    [
        "..%2F..%2Fetc%2Fpasswd", "%F0%9F%92%A5", "'%20OR%201=1--", "%7B%7B7*7%7D%7D", "-1", "0", "2147483648", "9223372036854775808", "NaN", "1e309", "null", "champion", "%3Cscript%3E",
        "00000000-0000-0000-0000-000000000000", "%0D%0AX-Injected:%201", "%E2%80%AE", "con", new string('a', 3000),
    ];

    private static readonly string[] Bodies =
    [
        "", "{", "null", "[]", "[[[[[[", "\"text\"", "0", "{}", "{\"name\":null}", "{\"name\":\"a\\u0000b\",\"role\":\"operator\"}", "{\"version\":-1}", "{\"version\":99999999999999999999}", "{\"count\":1e400}",
        "{\"user\":{\"$ne\":1}}", "{\"model\":\"../../x\",\"dataset\":\"..\",\"pipeline\":\"recommend\"}", "{\"events\":[null,{},{\"id\":\"\\u0000\"}]}", "{\"history\":[null]}", "{\"query\":\"*:* AND (((\\\"\"}",
        "{\"products\":[{\"id\":\"\\ud800\"}]}", "{\"model\":\"a\\u0000\",\"query\":\"a\\u0000\",\"user\":\"a\\u0000\",\"message\":\"a\\u0000\",\"dataset\":\"a\\u0000\",\"pipeline\":\"a\\u0000\"}", "{\"kind\":\"canary\",\"version\":1,\"steps\":[-5,500],\"bakeMinutes\":-1}",
        "{\"a\":" + string.Concat(Enumerable.Repeat("[", 500)) + string.Concat(Enumerable.Repeat("]", 500)) + "}", "{\"yaml\":\"&a [*a]\"}", "{\"yaml\":\"a: &a [x,x]\\nb: &b [*a,*a]\\nc: [*b,*b]\"}", "\uFEFF{}", "{\"x\":\"" + new string('y', 100_000) + "\"}",
    ];

    private static readonly string[] ContentTypes = ["application/json", "application/json", "application/json", "text/plain", "application/xml", "multipart/form-data; boundary=b", "multipart/form-data", "application/x-protobuf", "application/yaml", "application/octet-stream"];

    private static readonly (string Name, string Value)[] Headers =
    [
        ("If-None-Match", "\"\\"), ("If-Match", "*"), ("Range", "bytes=9-1"), ("Content-Encoding", "gzip"), ("Idempotency-Key", new string('k', 5000)), ("x-modelops-store", "'; DROP TABLE events;--"), ("x-modelops-store", ""), ("x-modelops-actor", "%ZZ%00"),
        ("x-modelops-role", "service"), ("Accept", "application/nothing"), ("Origin", "null"), ("x-request-timeout-ms", "-5"), ("x-request-timeout-ms", "99999999999999999999"), ("Upload-Complete", "?7"), ("Upload-Offset", "-1"), ("traceparent", "00-zz-zz-zz"), ("Host", "evil.example"),
    ];

    [Fact]
    public Task DataPrep_Withstands() => AttackAsync<DatasetsDb>(1, "datasetsdb", "eventsdb");

    [Fact]
    public Task Inference_Withstands() => AttackAsync<LoadedModels>(2, "eventsdb");

    [Fact]
    public Task Monitor_Withstands() => AttackAsync<MonitorDb>(3, "monitordb", "eventsdb");

    [Fact]
    public Task Pipeline_Withstands() => AttackAsync<PipelineDb>(4, "pipelinedb");

    [Fact]
    public Task Registry_Withstands() => AttackAsync<RegistryDb>(5, "registrydb");

    private async Task AttackAsync<T>(int seed, params string[] databases) where T : class
    {
        await using var service = await stores.StartAsync<T>(databases, AccessTable.Guard);
        using var http = service.CreateClient();
        http.Timeout = TimeSpan.FromSeconds(60);
        service.Services.GetRequiredService<KeyRing>().Follow([new KeyGrant(KeyRing.HashOf(Key), new StoreId("attacked"), RoleName.Administrator, "attacker", null, [])]);
        var endpoints = AccessTable.PatternsOf(service);
        var random = new Random(seed);
        var broken = new List<string>();
        for (var number = 0; number < PerService; number++)
        {
            var (method, pattern) = endpoints[number % endpoints.Count];
            using var request = Hostile(random, method, pattern);
            var asked = $"{method} {(request.RequestUri!.ToString() is { Length: > 200 } uri ? uri[..200] : request.RequestUri)} {request.Content?.Headers.ContentType} [{string.Join(", ", request.Headers.Select(header => header.Key))}]";
            try
            {
                using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
                if (pattern == NotReady && answer.StatusCode == HttpStatusCode.ServiceUnavailable)
                    continue;
                // Another service that is away is said as a problem, but to who takes no such thing.
                var isTold = answer.Content.Headers.ContentType?.MediaType == "application/problem+json" || request.Headers.Accept.Count > 0;
                if (answer.StatusCode == HttpStatusCode.InternalServerError || ((int)answer.StatusCode > 500 && !isTold))
                    broken.Add($"{(int)answer.StatusCode}: {asked}");
                if (answer.Headers.Contains("X-Injected") || !answer.Headers.Contains("Content-Security-Policy") || !answer.Headers.Contains("X-Content-Type-Options"))
                    broken.Add($"headers of {asked}");
            }
            catch (Exception exception) when (exception is not Xunit.Sdk.XunitException)
            {
                broken.Add($"{exception.GetBaseException().GetType().Name} {exception.GetBaseException().Message}: {asked}");
            }
        }
        Assert.True(broken.Count == 0, $"{broken.Count} of {PerService}:\n{string.Join('\n', broken.Take(25))}");
        using var alive = await http.GetAsync("/alive");
        Assert.Equal(HttpStatusCode.OK, alive.StatusCode);
    }

    private static HttpRequestMessage Hostile(Random random, string method, string pattern)
    {
        var path = Parameter().Replace(pattern, match => random.Next(4) > 0 && match.Value.Contains(":guid", StringComparison.Ordinal) ? Guid.NewGuid().ToString()
            : random.Next(4) > 0 && (match.Value.Contains(":int", StringComparison.Ordinal) || match.Value.Contains(":long", StringComparison.Ordinal)) ? $"{random.Next(-1, 3)}"
            : Of(random, Values));
        if (random.Next(3) == 0)
            path += $"?{Of(random, ["limit", "after", "name", "count", "from", "to", "by", "format", "version", "model", "state", "%00"])}={Of(random, [.. Values, "a%00b"])}&limit={Of(random, ["-5", "x", "2147483647"])}";
        var request = new HttpRequestMessage(new HttpMethod(method), new Uri(path, UriKind.Relative));
        request.Headers.Add("x-api-key", Key);
        if (method is "POST" or "PUT" or "PATCH" or "DELETE")
        {
            request.Content = new ByteArrayContent(random.Next(6) == 0 ? Noise(random) : Encoding.UTF8.GetBytes(Of(random, Bodies)));
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(Of(random, ContentTypes));
        }
        var header = Headers[random.Next(Headers.Length)];
        if (random.Next(2) == 0 && (header.Name != "Content-Encoding" || request.Content is not null))
            _ = header.Name == "Content-Encoding" ? request.Content!.Headers.TryAddWithoutValidation(header.Name, header.Value) : request.Headers.TryAddWithoutValidation(header.Name, header.Value);
        return request;
    }

    private static byte[] Noise(Random random)
    {
        var bytes = new byte[random.Next(1, 2000)];
        random.NextBytes(bytes);
        return bytes;
    }

    private static string Of(Random random, string[] all) => all[random.Next(all.Length)];

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Parameter();
}
