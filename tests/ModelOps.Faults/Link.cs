using System.Buffers;
using System.Net;
using System.Net.Sockets;

namespace ModelOps.Faults;

/// <summary>The network between two parts: a port of its own, from which bytes are carried to the other's, unless they shall not be.</summary>
internal sealed class Link : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly int target;
    private readonly CancellationTokenSource stopping = new();
    private readonly Lock changing = new();
    private readonly HashSet<Socket> open = [];
    private FaultKind? fault;
    private TaskCompletionSource? held;

    /// <param name="target">The port at the other end.</param>
    public Link(int target)
    {
        this.target = target;
        listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    public void Break(FaultKind kind)
    {
        lock (changing)
        {
            fault = kind;
            if (kind == FaultKind.Hold)
                held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            else if (kind == FaultKind.Cut)
                ResetAll();
        }
    }

    public void Heal()
    {
        lock (changing)
        {
            fault = null;
            held?.SetResult();
            held = null;
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = ServeAsync(await listener.AcceptSocketAsync(stopping.Token));
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // The end.
        }
    }

    private async Task ServeAsync(Socket client)
    {
        var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        client.NoDelay = true;
        lock (changing)
        {
            open.Add(client);
            open.Add(server);
        }
        try
        {
            await PassAsync(isAnswer: false);
            await server.ConnectAsync(IPAddress.Loopback, target, stopping.Token);
            await Task.WhenAll(CopyAsync(client, server, isAnswer: false), CopyAsync(server, client, isAnswer: true));
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // Either end broke it, or this link shall.
        }
        lock (changing)
        {
            open.Remove(client);
            open.Remove(server);
        }
        client.Close(0); // a reset, also for what is still under way
        server.Close(0);
    }

    private async Task CopyAsync(Socket from, Socket to, bool isAnswer)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
        try
        {
            while (await from.ReceiveAsync(buffer, stopping.Token) is > 0 and var count)
            {
                await PassAsync(isAnswer);
                for (var sent = 0; sent < count;)
                    sent += await to.SendAsync(buffer.AsMemory(sent, count - sent), stopping.Token);
            }
            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            from.Close(0);
            to.Close(0);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Waits while nothing comes through; ends a connection that must not go on.</summary>
    private async Task PassAsync(bool isAnswer)
    {
        Task? wait;
        lock (changing)
        {
            if (fault == FaultKind.Cut || (fault == FaultKind.LoseAnswers && isAnswer))
                throw new SocketException((int)SocketError.ConnectionReset);
            wait = held?.Task;
        }
        if (wait is not null)
            await wait.WaitAsync(stopping.Token);
    }

    private void ResetAll()
    {
        foreach (var socket in open.ToList())
            socket.Close(0);
    }

    public void Dispose()
    {
        stopping.Cancel();
        listener.Stop();
        Heal();
        lock (changing)
            ResetAll();
        stopping.Dispose();
    }
}
