using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ModelOps.Bench.Serving;

/// <summary>One connection of HTTP/1.1 with little work of its own, so that what is measured is the server.</summary>
internal sealed class Http(int port) : IDisposable
{
    private readonly byte[] buffer = new byte[64 * 1024];
    private Socket? socket;

    /// <summary>Bytes of a POST, made before the clock starts.</summary>
    public static byte[] Post(string path, string body, string headers = "") =>
        Encoding.UTF8.GetBytes($"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n{headers}Content-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}");

    /// <summary>The status, and where the answer lies until the next call. A connection that breaks throws and is opened anew by the next call.</summary>
    public async Task<(int Status, ReadOnlyMemory<byte> Answer)> SendAsync(ReadOnlyMemory<byte> request)
    {
        try
        {
            if (socket is null)
            {
                socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                await socket.ConnectAsync(IPAddress.Loopback, port);
            }
            await socket.SendAsync(request);
            var read = 0;
            while (true)
            {
                var more = await socket.ReceiveAsync(buffer.AsMemory(read));
                if (more == 0)
                    throw new IOException("The server closed the connection.");
                read += more;
                if (IsWhole(buffer.AsSpan(0, read)))
                    return (StatusOf(buffer), buffer.AsMemory(0, read));
            }
        }
        catch (Exception exception) when (exception is SocketException or IOException)
        {
            Dispose();
            throw new IOException(exception.Message, exception);
        }
    }

    private static int StatusOf(ReadOnlySpan<byte> answer) => int.Parse(answer.Slice(9, 3), CultureInfo.InvariantCulture);

    private static bool IsWhole(ReadOnlySpan<byte> answer)
    {
        var end = answer.IndexOf("\r\n\r\n"u8);
        if (end < 0)
            return false;
        var headers = answer[..end];
        var at = headers.IndexOf("ontent-Length: "u8);
        if (at < 0)
            at = headers.IndexOf("ontent-length: "u8);
        if (at < 0)
            return answer.EndsWith("0\r\n\r\n"u8); // in chunks
        var number = headers[(at + 15)..];
        var line = number.IndexOf((byte)'\r');
        return answer.Length >= end + 4 + int.Parse(line < 0 ? number : number[..line], CultureInfo.InvariantCulture);
    }

    public void Dispose()
    {
        socket?.Dispose();
        socket = null;
    }
}
