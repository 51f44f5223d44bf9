using System.Diagnostics;
using System.Net.Http.Json;
using System.Net.Sockets;
using ModelOps.Features;
using ModelOps.Features.Text.Tokenizers;

namespace ModelOps.Bench.TextEncoder;

/// <summary>Processor time of the service's process for a text, against the bare graph in a loop over the same texts, encoded beforehand.</summary>
internal static class ServiceCost
{
    private const int Port = 17_199;

    public static async Task MeasureAsync(string folder, string[] texts, int connections)
    {
        using var server = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, ["serve", folder, $"{Port}"]))!;
        try
        {
            using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{Port}") };
            await WaitAsync(server);
            for (var warm = 0; warm < 3; warm++) // compiled twice over, connections open
                await AskAsync(http, [.. texts.Select(text => $"{text} {connections} {warm}")], connections);
            var (served, bare) = (new List<double>(), new List<double>());
            for (var round = 0; round < 3; round++)
            {
                // None is asked twice: a vector that is kept would cost nothing.
                string[] asked = [.. texts.Select(text => $"{text} {round} {connections}")];
                server.Refresh();
                var before = server.TotalProcessorTime;
                await AskAsync(http, asked, connections);
                server.Refresh();
                served.Add((server.TotalProcessorTime - before).TotalMilliseconds / texts.Length);
                bare.Add(Bare(folder, asked));
            }
            var (ours, theirs) = (served.Order().ElementAt(1), bare.Order().ElementAt(1));
            Console.WriteLine($"{connections,2} at once: service {ours:f2} ms of processor time a text, bare graph {theirs:f2} ms, {ours / theirs:f2} times (median of 3 rounds in turns)");
        }
        finally
        {
            server.Kill();
            await server.WaitForExitAsync();
        }
    }

    private static double Bare(string folder, string[] texts)
    {
        var tokenizer = TokenizerFiles.Read(folder);
        using var side = new Side("bare", File.ReadAllBytes(Path.Combine(folder, PackageFiles.Int8Model)));
        long[][] ids = [.. texts.Select(text => tokenizer.Encode(text, 128).Ids.Select(id => (long)id).ToArray())];
        foreach (var text in ids[..(ids.Length / 4)])
            side.Run(text, 1);
        using var self = Process.GetCurrentProcess();
        var before = self.TotalProcessorTime;
        foreach (var text in ids)
            side.Run(text, 1);
        self.Refresh();
        return (self.TotalProcessorTime - before).TotalMilliseconds / texts.Length;
    }

    private static async Task AskAsync(HttpClient http, string[] texts, int connections)
    {
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, connections).Select(async _ =>
        {
            for (var at = Interlocked.Increment(ref next); at < texts.Length; at = Interlocked.Increment(ref next))
            {
                using var response = await http.PostAsJsonAsync(new Uri("/embed", UriKind.Relative), new { inputs = texts[at], truncate = true });
                response.EnsureSuccessStatusCode();
                await response.Content.ReadAsByteArrayAsync();
            }
        }));
    }

    private static async Task WaitAsync(Process server)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                using var probe = new TcpClient();
                await probe.ConnectAsync("127.0.0.1", Port);
                return;
            }
            catch (SocketException) when (attempt < 300 && !server.HasExited)
            {
                await Task.Delay(100);
            }
        }
    }
}
