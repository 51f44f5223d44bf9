using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ModelOps.AppHost.LocalEngine.Network;

/// <summary>
/// A stable public port in front of replicas whose ports change. It copies bytes and knows no protocol, so WebSockets,
/// gRPC and uploads of any size pass. Each connection goes to the next healthy replica.
/// </summary>
internal sealed class TcpProxy : IAsyncDisposable
{
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(50);
    private readonly IReadOnlyList<Socket> _listeners;
    private readonly Func<IReadOnlyList<int>> _targets;
    private readonly string _resource;
    private readonly bool _http;
    private readonly TimeSpan _patience;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _accepting;
    private int _next = -1;

    /// <param name="port">The public port, free at this moment.</param>
    /// <param name="targets">The ports of the replicas that can serve now, best first choice only.</param>
    /// <param name="resource">Whose endpoint this is, for the answer when nobody serves.</param>
    /// <param name="http">Whether that answer can be HTTP's 503.</param>
    /// <param name="patience">How long a connection waits for a replica; 4 s by default.</param>
    public TcpProxy(int port, Func<IReadOnlyList<int>> targets, string resource, bool http, TimeSpan? patience = null)
    {
        (_targets, _resource, _http, _patience) = (targets, resource, http, patience ?? TimeSpan.FromSeconds(4));
        _listeners = LoopbackListener.Start(port);
        _accepting = Task.WhenAll(_listeners.Select(AcceptAsync));
    }

    private async Task AcceptAsync(Socket listener)
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                _ = ServeAsync(await listener.AcceptAsync(_stopping.Token));
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (SocketException)
            {
                // The caller went away before it was accepted, or this process has no file descriptor left: go on a little later.
                await Task.Delay(Retry);
            }
        }
    }

    private async Task ServeAsync(Socket client)
    {
        using var _ = client;
        try
        {
            client.NoDelay = true;
            using var server = await ConnectAsync();
            if (server is null)
                await RefuseAsync(client);
            else
                await Task.WhenAll(CopyAsync(client, server), CopyAsync(server, client));
        }
        catch (Exception broken) when (broken is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // Either side broke the connection; closing the other tells it so.
        }
    }

    private async Task<Socket?> ConnectAsync()
    {
        var start = TimeProvider.System.GetTimestamp();
        do
        {
            var targets = _targets();
            for (var attempt = 0; attempt < targets.Count; attempt++)
            {
                var port = targets[(int)((uint)Interlocked.Increment(ref _next) % (uint)targets.Count)];
                if (await TryConnectAsync(port) is { } server)
                    return server;
            }
            await Task.Delay(Retry, _stopping.Token);
        }
        while (TimeProvider.System.GetElapsedTime(start) < _patience);
        return null;
    }

    private async Task<Socket?> TryConnectAsync(int port)
    {
        var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await server.ConnectAsync(IPAddress.Loopback, port, _stopping.Token);
            return server;
        }
        catch (SocketException)
        {
            server.Dispose();
            return null;
        }
    }

    /// <summary>One direction. Its end closes that direction only: the other side may still have much to say.</summary>
    private async Task CopyAsync(Socket from, Socket to)
    {
        var buffer = System.Buffers.ArrayPool<byte>.Shared.Rent(64 * 1024);
        try
        {
            while (await from.ReceiveAsync(buffer, _stopping.Token) is > 0 and var count)
                await SendAsync(to, buffer.AsMemory(0, count));
            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception broken) when (broken is SocketException or OperationCanceledException)
        {
            // A reset, not an end: neither direction can go on.
            from.Close(0);
            to.Close(0);
        }
        finally
        {
            System.Buffers.ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task SendAsync(Socket to, ReadOnlyMemory<byte> bytes)
    {
        while (bytes.Length > 0)
            bytes = bytes[await to.SendAsync(bytes, _stopping.Token)..];
    }

    private async Task RefuseAsync(Socket client)
    {
        if (!_http)
            return;
        var body = $"No replica of {_resource} is running. Its log tells why.\n";
        await SendAsync(client, Encoding.ASCII.GetBytes(
            $"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 2\r\nContent-Type: text/plain\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}"));
        client.Shutdown(SocketShutdown.Send);
        // What the caller is still sending is read away, else closing would reset the connection before the answer is seen.
        var rest = new byte[8192];
        using var soon = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        soon.CancelAfter(TimeSpan.FromSeconds(10));
        while (await client.ReceiveAsync(rest, soon.Token) > 0)
        {
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        foreach (var listener in _listeners)
            listener.Dispose();
        await _accepting;
        _stopping.Dispose();
    }
}
