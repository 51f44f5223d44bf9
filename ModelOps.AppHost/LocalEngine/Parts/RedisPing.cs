using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace ModelOps.AppHost.LocalEngine.Parts;

/// <summary>Asks a server of Redis' protocol whether it is there.</summary>
internal static class RedisPing
{
    /// <returns>Null when it answers, otherwise what is wrong.</returns>
    public static async Task<string?> AskAsync(string host, int port, string? password, bool isEncrypted, CancellationToken cancellationToken)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(host, port, cancellationToken);
        if (!isEncrypted)
            return await AskAsync(client.GetStream(), password, cancellationToken);
        await using var encrypted = new SslStream(client.GetStream());
        await encrypted.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = host }, cancellationToken);
        return await AskAsync(encrypted, password, cancellationToken);
    }

    private static async Task<string?> AskAsync(Stream server, string? password, CancellationToken cancellationToken)
    {
        await server.WriteAsync(Encoding.UTF8.GetBytes((password is null ? "" : Command("AUTH", password)) + Command("PING")), cancellationToken);
        var answer = "";
        var buffer = new byte[256];
        while (!answer.Contains("+PONG", StringComparison.Ordinal))
        {
            var count = await server.ReadAsync(buffer, cancellationToken);
            answer += Encoding.UTF8.GetString(buffer, 0, count);
            if (count == 0 || answer.Split("\r\n").Any(line => line.StartsWith('-')))
                return $"PING answers {answer.Trim()}";
        }
        return null;
    }

    /// <summary>Of <c>host:port,password=…,ssl=true</c>.</summary>
    public static (string Host, int Port, string? Password, bool IsEncrypted) Split(string connectionString)
    {
        var parts = connectionString.Split(',', StringSplitOptions.TrimEntries);
        var address = parts[0].Split(':');
        return (address[0], address.Length > 1 && int.TryParse(address[1], out var port) ? port : 6379,
            parts.FirstOrDefault(part => part.StartsWith("password=", StringComparison.OrdinalIgnoreCase))?["password=".Length..], parts.Contains("ssl=true", StringComparer.OrdinalIgnoreCase));
    }

    // Redis' wire form of a command: the number of words, then each word's length and text.
    private static string Command(params string[] words) =>
        $"*{words.Length}\r\n" + string.Concat(words.Select(word => $"${Encoding.UTF8.GetByteCount(word)}\r\n{word}\r\n"));
}
