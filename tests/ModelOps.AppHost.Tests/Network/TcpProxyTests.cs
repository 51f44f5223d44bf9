using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using ModelOps.AppHost.LocalEngine.Network;

namespace ModelOps.AppHost.Tests.Network;

public sealed class TcpProxyTests
{
    private static readonly TimeSpan Impatient = TimeSpan.FromMilliseconds(300);

    [Fact]
    public async Task Connections_SeveralReplicas_TakeTurns()
    {
        await using var first = await Replica.StartAsync("first");
        await using var second = await Replica.StartAsync("second");
        var port = FreePorts.Take();
        await using var proxy = new TcpProxy(port, () => [first.Port, second.Port], "shop", http: true);

        var answers = new List<string>();
        for (var call = 0; call < 4; call++)
        {
            using var http = new HttpClient();
            answers.Add(await http.GetStringAsync(new Uri($"http://localhost:{port}/name")));
        }

        Assert.Equal(2, answers.Count(answer => answer == "first"));
        Assert.Equal(2, answers.Count(answer => answer == "second"));
    }

    [Fact]
    public async Task Connection_DeadReplica_GoesToTheNext()
    {
        await using var alive = await Replica.StartAsync("alive");
        var dead = FreePorts.Take();
        var port = FreePorts.Take();
        await using var proxy = new TcpProxy(port, () => [dead, alive.Port], "shop", http: true);

        for (var call = 0; call < 4; call++)
        {
            using var http = new HttpClient();
            Assert.Equal("alive", await http.GetStringAsync(new Uri($"http://localhost:{port}/name")));
        }
    }

    [Fact]
    public async Task Connection_NoReplica_Is503()
    {
        var port = FreePorts.Take();
        await using var proxy = new TcpProxy(port, () => [], "shop", http: true, Impatient);
        using var http = new HttpClient();

        var answer = await http.PostAsync(new Uri($"http://localhost:{port}/"), new ByteArrayContent(new byte[300_000]));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Contains("shop", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connection_ReplicaComesWhileItWaits_IsServed()
    {
        var port = FreePorts.Take();
        var targets = new List<int>();
        await using var proxy = new TcpProxy(port, () => [.. targets], "shop", http: true, TimeSpan.FromMinutes(2));
        using var http = new HttpClient();
        var answer = http.GetStringAsync(new Uri($"http://localhost:{port}/name"));

        await using var late = await Replica.StartAsync("late");
        targets.Add(late.Port);

        Assert.Equal("late", await answer);
    }

    [Fact]
    public async Task WebSocket_ThroughTheProxy_Echoes()
    {
        await using var replica = await Replica.StartAsync("echo");
        var port = FreePorts.Take();
        await using var proxy = new TcpProxy(port, () => [replica.Port], "shop", http: true);
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri($"ws://localhost:{port}/echo"), CancellationToken.None);

        await socket.SendAsync(Encoding.UTF8.GetBytes("hello"), WebSocketMessageType.Text, true, CancellationToken.None);
        var buffer = new byte[64];
        var received = await socket.ReceiveAsync(buffer, CancellationToken.None);

        Assert.Equal("hello", Encoding.UTF8.GetString(buffer, 0, received.Count));
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
    }

    [Fact]
    public async Task LargeUpload_ThroughTheProxy_ArrivesWhole()
    {
        await using var replica = await Replica.StartAsync("count");
        var port = FreePorts.Take();
        await using var proxy = new TcpProxy(port, () => [replica.Port], "shop", http: true);
        using var http = new HttpClient();
        var bytes = new byte[100_000_000];

        var answer = await http.PostAsync(new Uri($"http://localhost:{port}/count"), new ByteArrayContent(bytes));

        Assert.Equal("100000000", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task HalfClose_ByTheCaller_LeavesTheAnswerOpen()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var server = Task.Run(async () =>
        {
            using var connection = await listener.AcceptSocketAsync();
            var asked = new byte[16];
            var count = 0;
            while (await connection.ReceiveAsync(asked.AsMemory(count)) is > 0 and var more)
                count += more;
            await Task.Delay(200);
            await connection.SendAsync(Encoding.ASCII.GetBytes($"heard {count}"));
        });
        var port = FreePorts.Take();
        await using var proxy = new TcpProxy(port, () => [((IPEndPoint)listener.LocalEndpoint).Port], "shop", http: false);
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(IPAddress.Loopback, port);

        await client.SendAsync("abc"u8.ToArray());
        using var answer = new StreamReader(new NetworkStream(client));
        client.Shutdown(SocketShutdown.Send);

        Assert.Equal("heard 3", await answer.ReadToEndAsync());
        await server;
    }

    private sealed class Replica(WebApplication app, int port) : IAsyncDisposable
    {
        public int Port { get; } = port;

        public static async Task<Replica> StartAsync(string name)
        {
            var port = FreePorts.Take();
            var builder = WebApplication.CreateSlimBuilder();
            builder.WebHost.ConfigureKestrel(kestrel =>
            {
                kestrel.Limits.MaxRequestBodySize = null;
                kestrel.ListenLocalhost(port);
            });
            var app = builder.Build();
            app.UseWebSockets();
            app.MapGet("/name", () => name);
            app.MapPost("/count", async (HttpRequest request) =>
            {
                var buffer = new byte[64 * 1024];
                long count = 0;
                while (await request.Body.ReadAsync(buffer) is > 0 and var more)
                    count += more;
                return count.ToString(System.Globalization.CultureInfo.InvariantCulture);
            });
            app.Map("/echo", EchoAsync);
            await app.StartAsync();
            return new Replica(app, port);
        }

        private static async Task EchoAsync(HttpContext context)
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            var buffer = new byte[64];
            while (await socket.ReceiveAsync(buffer, CancellationToken.None) is { MessageType: not WebSocketMessageType.Close } received)
                await socket.SendAsync(buffer.AsMemory(0, received.Count), received.MessageType, received.EndOfMessage, CancellationToken.None);
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        }

        public ValueTask DisposeAsync() => app.DisposeAsync();
    }
}
