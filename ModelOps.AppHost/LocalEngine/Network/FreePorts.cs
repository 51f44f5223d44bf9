using System.Net;
using System.Net.Sockets;

namespace ModelOps.AppHost.LocalEngine.Network;

/// <summary>Ports below the range from which the kernel takes those of outgoing connections: one that is free stays free.</summary>
internal static class FreePorts
{
    private const int First = 20000;
    private const int Last = 31999;
    private static readonly HashSet<int> Taken = [];
    private static readonly Lock TakenLock = new();

    public static int Take()
    {
        for (var attempt = 0; attempt < 1000; attempt++)
        {
            var port = Random.Shared.Next(First, Last + 1);
            lock (TakenLock)
            {
                if (Taken.Contains(port) || !IsFree(port))
                    continue;
                Taken.Add(port);
                return port;
            }
        }
        throw new InvalidOperationException($"No port between {First} and {Last} is free.");
    }

    public static void Return(int port)
    {
        lock (TakenLock)
            Taken.Remove(port);
    }

    public static bool IsFree(int port)
    {
        try
        {
            foreach (var listener in LoopbackListener.Start(port))
                listener.Dispose();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}

/// <summary>Listens on 127.0.0.1 and, where there is IPv6, on ::1, because "localhost" may mean either.</summary>
internal static class LoopbackListener
{
    public static IReadOnlyList<Socket> Start(int port)
    {
        var ipv4 = Listen(IPAddress.Loopback, port);
        if (!Socket.OSSupportsIPv6)
            return [ipv4];
        try
        {
            return [ipv4, Listen(IPAddress.IPv6Loopback, port)];
        }
        catch (SocketException missing) when (missing.SocketErrorCode is SocketError.AddressNotAvailable or SocketError.AddressFamilyNotSupported)
        {
            return [ipv4];
        }
        catch (SocketException)
        {
            ipv4.Dispose();
            throw;
        }
    }

    private static Socket Listen(IPAddress address, int port)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(address, port));
            socket.Listen(512);
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            throw;
        }
    }
}
