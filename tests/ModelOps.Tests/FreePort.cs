using System.Net;
using System.Net.Sockets;

namespace ModelOps.Tests;

internal static class FreePort
{
    /// <summary>A port that nobody listens at now; the kernel hands out others for a good while before it comes to it again.</summary>
    public static int Take()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
