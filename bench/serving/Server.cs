using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace ModelOps.Bench.Serving;

/// <summary>A peer's process, bound to the server's processor.</summary>
internal sealed class Server : IDisposable
{
    private readonly Process process;

    private Server(Process process, int port) => (this.process, Port) = (process, port);

    public int Port { get; }

    public int ProcessId => process.Id;

    /// <param name="arguments">Of the program, from the port it shall listen on.</param>
    public static async Task<Server> StartAsync(int processor, string program, Func<int, IEnumerable<string>> arguments)
    {
        var port = FreePort();
        var server = new Server(Process.Start("taskset", ["-c", $"{processor}", program, .. arguments(port)]), port);
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                using var probe = new TcpClient();
                await probe.ConnectAsync(IPAddress.Loopback, port);
                return server;
            }
            catch (SocketException) when (attempt < 300 && !server.process.HasExited)
            {
                await Task.Delay(100);
            }
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public void Dispose()
    {
        process.Kill(entireProcessTree: true);
        process.WaitForExit();
        process.Dispose();
    }
}
