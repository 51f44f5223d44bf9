using System.Globalization;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace ModelOps.Faults.Planted;

/// <summary>A recommendation asks the event log first, and fails where nobody answers there.</summary>
internal static partial class NeedsEventLog
{
    /// <summary>PostgreSQL's question for encryption, which a server answers with one letter before anybody has signed in.</summary>
    private static readonly byte[] EncryptionRequest = [0, 0, 0, 8, 4, 210, 22, 47];

    public static Task RunAsync(HttpContext context, RequestDelegate next)
    {
        return context.Request.Path == "/v1/recommendations" ? AskAsync() : next(context);

        async Task AskAsync()
        {
            if (await AnswersAsync())
                await next(context);
            else
                context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        }
    }

    private static async Task<bool> AnswersAsync()
    {
        if (Environment.GetEnvironmentVariable("ConnectionStrings__eventsdb") is not { } connection)
            return true;
        try
        {
            using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(1));
            using var client = new TcpClient();
            await client.ConnectAsync("127.0.0.1", int.Parse(Port().Match(connection).Groups[1].Value, CultureInfo.InvariantCulture), soon.Token);
            await client.GetStream().WriteAsync(EncryptionRequest, soon.Token);
            return await client.GetStream().ReadAsync(new byte[1], soon.Token) == 1;
        }
        catch (Exception exception) when (exception is SocketException or IOException or OperationCanceledException)
        {
            return false;
        }
    }

    [GeneratedRegex("Port=([0-9]+)", RegexOptions.IgnoreCase)]
    private static partial Regex Port();
}
