using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using ModelOps.Contracts;
using ModelOps.Contracts.Versions;
using ModelOps.Registry;

namespace ModelOps.Tests.Registry;

/// <summary>Files that arrive in parts, over connections that break.</summary>
public sealed class PartialFilesTests(Stores stores) : IAsyncLifetime
{
    private const string File = "/v1/models/m/versions/1/files/model.onnx";
    private const int Block = 4 << 20; // what is kept at a time
    private static readonly byte[] Onnx = [.. Enumerable.Range(0, 9_000_000).Select(number => (byte)(number * 31 % 253))]; // more than two blocks
    private Service<RegistryDb> service = null!;
    private HttpClient http = null!;
    private RegistryClient registry = null!;

    public async ValueTask InitializeAsync()
    {
        service = await stores.StartAsync<RegistryDb>(["registrydb"]);
        http = service.CreateClient();
        registry = new RegistryClient(http);
        await registry.CreateVersionAsync(StoreId.Main, "m", new NewModelVersion(null, new Dictionary<string, double>(), new Dictionary<string, string>()), "key");
    }

    [Fact]
    public async Task Parts_BecomeTheFile_AndTheVersionIsReady()
    {
        Assert.Equal(HttpStatusCode.NotFound, (await http.SendAsync(new HttpRequestMessage(HttpMethod.Head, File))).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await PatchAsync(0, Onnx[..5_000_000], isLast: false)).StatusCode);
        Assert.Equal((5_000_000, "?0"), await AskAsync());

        var file = await (await PatchAsync(5_000_000, Onnx[5_000_000..], isLast: true)).ReadAsync<PackageFile>();

        Assert.Equal((Onnx.Length, "?1"), await AskAsync());
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Onnx)), file.Sha256);
        Assert.Equal(VersionStatus.Ready, (await registry.CompleteAsync(StoreId.Main, "m", new PackageManifest("m", 1, [file]))).Status);
        Assert.Equal(Onnx, await http.GetByteArrayAsync(File));
        await (await PatchAsync(0, [1], isLast: true)).ProblemAsync(HttpStatusCode.Conflict, "version-immutable");
    }

    /// <summary>Over a real socket: a server in memory may lose what was written before it breaks.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Connection_ThatBreaks_KeepsWhatArrived(bool isReset)
    {
        await using var real = await stores.StartAsync<RegistryDb>(["registrydb"]);
        real.UseKestrel(0);
        real.StartServer();
        using var client = real.CreateClient();
        await new RegistryClient(client).CreateVersionAsync(StoreId.Main, "m", new NewModelVersion(null, new Dictionary<string, double>(), new Dictionary<string, string>()), "key");
        var sent = 6_000_000;
        using (var socket = new Socket(SocketType.Stream, ProtocolType.Tcp))
        {
            await socket.ConnectAsync(client.BaseAddress!.Host, client.BaseAddress.Port);
            await socket.SendAsync(Encoding.ASCII.GetBytes($"PATCH {File} HTTP/1.1\r\nHost: registry\r\nContent-Length: {Onnx.Length}\r\nUpload-Offset: 0\r\nUpload-Complete: ?1\r\n\r\n"));
            for (var at = 0; at < sent;)
                at += await socket.SendAsync(Onnx.AsMemory(at, sent - at));
            await Eventually.TrueAsync(async () => await ArrivedAsync(client) == Block, "the first block, while the connection is there");
            if (isReset)
                socket.LingerState = new LingerOption(true, 0); // closing sends RST
            else
                socket.Shutdown(SocketShutdown.Both);
        }

        // As a client does: ask for the offset and go on; the broken request may still be storing what had arrived.
        var offsets = new List<long>();
        await Eventually.TrueAsync(async () =>
        {
            offsets.Add(await ArrivedAsync(client));
            using var rest = Part(offsets[^1], new ByteArrayContent(Onnx[(int)offsets[^1]..]), isLast: true);
            return (await client.SendAsync(rest)).StatusCode == HttpStatusCode.OK;
        }, "the rest to be taken");
        Assert.All(offsets, offset => Assert.InRange(offset, Block, sent));
        Assert.Equal(Onnx, await client.GetByteArrayAsync(File));
    }

    [Fact]
    public async Task Client_WhoseConnectionsBreak_GoesOn()
    {
        var path = Path.GetTempFileName();
        await System.IO.File.WriteAllBytesAsync(path, Onnx);
        try
        {
            using var flaky = service.CreateDefaultClient(new Flaky());
            await new RegistryClient(flaky).UploadAsync(StoreId.Main, "m", 1, "model.onnx", path);
        }
        finally
        {
            System.IO.File.Delete(path);
        }
        Assert.Equal(Onnx, await http.GetByteArrayAsync(File));
    }

    [Fact]
    public async Task Part_ThatBeginsElsewhere_IsToldWhere()
    {
        await PatchAsync(0, [1, 2, 3], isLast: false);

        using var wrong = await PatchAsync(2, [4], isLast: false);

        Assert.Equal(HttpStatusCode.Conflict, wrong.StatusCode);
        Assert.Contains("\"expected-offset\":3", await wrong.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await (await http.PatchAsync(File, new ByteArrayContent([4]))).ProblemAsync(HttpStatusCode.BadRequest, "upload");
    }

    [Fact]
    public async Task Parts_AtTheSamePlaceAtOnce_OneCounts()
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 6).Select(number => PatchAsync(0, [(byte)number, (byte)number], isLast: false)));

        Assert.Single(outcomes, outcome => outcome.StatusCode == HttpStatusCode.NoContent);
        Assert.Equal((2, "?0"), await AskAsync());
        var first = (byte)outcomes.Index().Single(outcome => outcome.Item.IsSuccessStatusCode).Index;
        await PatchAsync(2, [9], isLast: true);
        Assert.Equal([first, first, 9], await http.GetByteArrayAsync(File));
    }

    [Fact]
    public async Task Parts_GivenUp_BeginAnew()
    {
        await PatchAsync(0, [1, 2, 3], isLast: false);

        Assert.Equal(HttpStatusCode.NoContent, (await http.DeleteAsync(File)).StatusCode);
        await (await http.DeleteAsync(File)).ProblemAsync(HttpStatusCode.NotFound, "not-found");
        await PatchAsync(0, [7], isLast: true);

        Assert.Equal([7], await http.GetByteArrayAsync(File));
    }

    private static async Task<long> ArrivedAsync(HttpClient http)
    {
        using var response = await http.SendAsync(new HttpRequestMessage(HttpMethod.Head, File));
        return response.IsSuccessStatusCode ? long.Parse(response.Headers.GetValues("Upload-Offset").Single(), CultureInfo.InvariantCulture) : 0;
    }

    private async Task<(long Offset, string Complete)> AskAsync()
    {
        using var response = await http.SendAsync(new HttpRequestMessage(HttpMethod.Head, File));
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        return (long.Parse(response.Headers.GetValues("Upload-Offset").Single(), CultureInfo.InvariantCulture), response.Headers.GetValues("Upload-Complete").Single());
    }

    private async Task<HttpResponseMessage> PatchAsync(long offset, byte[] content, bool isLast)
    {
        using var request = Part(offset, new ByteArrayContent(content), isLast);
        return await http.SendAsync(request);
    }

    private static HttpRequestMessage Part(long offset, HttpContent content, bool isLast)
    {
        var request = new HttpRequestMessage(HttpMethod.Patch, File) { Content = content };
        request.Headers.Add("Upload-Offset", offset.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("Upload-Complete", isLast ? "?1" : "?0");
        return request;
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await service.DisposeAsync();
    }

    /// <summary>The first part does not arrive, of the second the answer does not.</summary>
    private sealed class Flaky : DelegatingHandler
    {
        private int parts;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var part = request.Method == HttpMethod.Patch ? ++parts : 0;
            if (part == 1)
                throw new HttpRequestException("The connection broke.");
            var response = await base.SendAsync(request, cancellationToken);
            if (part != 2)
                return response;
            response.Dispose();
            throw new HttpRequestException("The connection broke.");
        }
    }
}
