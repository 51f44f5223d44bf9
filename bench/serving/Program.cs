// What the shop window costs, against its limits and peers in the same run:  dotnet run -c Release --project bench/serving -- ../shared/data/beauty
//   parts=cost,latency,overload,swaps,stores   some of them (default: all)      soak=30   minutes of steady load, memory watched
//   data=folder   keeps the stack's data there, and uses its models again
//   peers=false   without Node (npm ci in bench/serving/node) and Python (Debian's python3-torch, python3-fastapi, python3-uvicorn)
// Starts the whole product by itself, with Beauty imported and a network trained. The inference service and each peer run on processor 1; the load,
// the stores and all else on processor 0. Linux, two processors.
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using ModelOps.Bench.Serving;

const int LoadProcessor = 0, ServerProcessor = 1;
if (args is ["bare-onnx", var barePath, var bareRows, var bareSeconds])
{
    BareOnnx.Run(barePath, bareRows, double.Parse(bareSeconds, CultureInfo.InvariantCulture));
    return 0;
}
if (args is ["bare-kestrel", var kestrelPort, var kestrelAnswer])
{
    BareKestrel.Run(int.Parse(kestrelPort, CultureInfo.InvariantCulture), kestrelAnswer);
    return 0;
}
if (args.Length == 0 || !File.Exists(Path.Combine(args[0], "interactions.csv")))
{
    Console.Error.WriteLine("Name the folder with Beauty's interactions.csv and items.csv first.");
    return 1;
}
var settings = args.Skip(1).Select(argument => argument.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[^1]);
var parts = settings.GetValueOrDefault("parts", "cost,latency,overload,swaps,stores").Split(',');
var seconds = TimeSpan.FromSeconds(double.Parse(settings.GetValueOrDefault("seconds", "10"), CultureInfo.InvariantCulture));
var (interactions, products) = (Path.Combine(args[0], "interactions.csv"), Path.Combine(args[0], "items.csv"));
var shoppers = Shoppers.Read(interactions);
var items = File.ReadLines(products).Count() - 1;

Console.WriteLine("Starting the stack, importing Beauty, training two versions …");
await using var shop = await Shop.OpenAsync(interactions, products, settings.GetValueOrDefault("data"));
Measured.Pin(Environment.ProcessId, LoadProcessor);
PinServer();
await Load.ClosedAsync(shop.Port, shoppers.Uncached(99), 32, TimeSpan.FromSeconds(15)); // warm: compiled, connections open
await Load.ClosedAsync(shop.Port, shoppers.Cached(), 32, TimeSpan.FromSeconds(5));

var peak = 0.0;
if (parts.Contains("cost"))
    await CostAsync();
if (parts.Contains("latency") || parts.Contains("overload"))
    await PeakAsync();
if (parts.Contains("latency"))
    await LatencyAsync();
if (parts.Contains("overload"))
    await OverloadAsync();
if (parts.Contains("swaps"))
    await SwapsAsync();
if (parts.Contains("stores"))
    await StoresAsync();
if (settings.TryGetValue("soak", out var minutes))
    await SoakAsync(TimeSpan.FromMinutes(double.Parse(minutes, CultureInfo.InvariantCulture)));
return 0;

void PinServer() => Measured.Pin(shop.ProcessId, ServerProcessor);

async Task CostAsync()
{
    var graph = await shop.DownloadGraphAsync();
    var (rows, answer) = (Path.GetTempFileName(), Path.GetTempFileName());
    await File.WriteAllTextAsync(rows, JsonSerializer.Serialize(shoppers.Rows(5000)));
    await SampleAnswerAsync(answer);
    Console.WriteLine("\nProcessor time of the server for an answer, 32 connections; medians of three rounds, sides in turns");
    var (bare, history, user, cached, kestrel) = (new List<double>(), new List<double>(), new List<double>(), new List<double>(), new List<double>());
    var (historyRate, userRate, cachedRate) = (new List<double>(), new List<double>(), new List<double>());
    for (var round = 1; round <= 3; round++)
    {
        bare.Add(await BareOnnxAsync(graph, rows));
        history.Add(await PerAnswerAsync(shop.Port, shop.ProcessId, shoppers.Uncached(round), historyRate));
        user.Add(await PerAnswerAsync(shop.Port, shop.ProcessId, shoppers.Users(round), userRate));
        cached.Add(await PerAnswerAsync(shop.Port, shop.ProcessId, shoppers.Cached(), cachedRate));
        using var server = await Server.StartAsync(ServerProcessor, Environment.ProcessPath!, port => [.. Self(), "bare-kestrel", $"{port}", answer]);
        await Load.ClosedAsync(server.Port, shoppers.Cached(), 32, TimeSpan.FromSeconds(3));
        kestrel.Add(await PerAnswerAsync(server.Port, server.ProcessId, shoppers.Cached()));
    }
    Console.WriteLine($"  ONNX Runtime in a loop           {Median(bare),8:f1} µs");
    Console.WriteLine($"  history, never asked before      {Median(history),8:f1} µs   {Median(history) / Median(bare):f2} × ONNX Runtime   {Median(historyRate),8:n0} answers/s");
    Console.WriteLine($"  shopper, never asked before      {Median(user),8:f1} µs   {Median(user) / Median(bare):f2} × ONNX Runtime   {Median(userRate),8:n0} answers/s");
    Console.WriteLine($"  Kestrel, the same bytes          {Median(kestrel),8:f1} µs");
    Console.WriteLine($"  cached                           {Median(cached),8:f1} µs   {Median(cached) / Median(kestrel):f2} × Kestrel        {Median(cachedRate),8:n0} answers/s");
    if (settings.GetValueOrDefault("peers") != "false")
    {
        foreach (var (name, program, arguments) in Peers(graph))
        {
            using var server = await Server.StartAsync(ServerProcessor, program, arguments);
            await Load.ClosedAsync(server.Port, shoppers.Uncached(99), 32, TimeSpan.FromSeconds(3));
            var rate = new List<double>();
            await PerAnswerAsync(server.Port, server.ProcessId, shoppers.Uncached(1), rate);
            Console.WriteLine($"  {name,-32} {rate[0],8:n0} answers/s: ours {Median(historyRate) / rate[0]:f1} × as many");
        }
    }
    File.Delete(rows);
    File.Delete(answer);
}

IEnumerable<(string Name, string Program, Func<int, IEnumerable<string>> Arguments)> Peers(string graph)
{
    var folder = AppContext.BaseDirectory;
    yield return ("the graph behind Node, fastify", "node", port => [Path.Combine(Environment.CurrentDirectory, "bench", "serving", "node", "server.mjs"), graph, $"{port}", $"{items}"]);
    yield return ("the model behind Python, FastAPI", "/usr/bin/python3", port => [Path.Combine(folder, "peer.py"), $"{port}", $"{items}"]);
}

async Task<double> BareOnnxAsync(string graph, string rows)
{
    var start = new ProcessStartInfo("taskset", ["-c", $"{ServerProcessor}", Environment.ProcessPath!, .. Self(), "bare-onnx", graph, rows, $"{seconds.TotalSeconds}"]) { RedirectStandardOutput = true };
    using var process = Process.Start(start)!;
    var line = await process.StandardOutput.ReadToEndAsync();
    await process.WaitForExitAsync();
    return double.Parse(line, CultureInfo.InvariantCulture);
}

async Task<double> PerAnswerAsync(int port, int process, IEnumerator<byte[]> requests, List<double>? rates = null)
{
    var before = Measured.CpuSeconds(process);
    var outcome = await Load.ClosedAsync(port, requests, 32, seconds);
    if (outcome.Failed > 0)
        throw new InvalidOperationException($"Answers failed: {outcome.Statuses}.");
    rates?.Add(outcome.Throughput);
    return (Measured.CpuSeconds(process) - before) / outcome.Answered * 1e6;
}

async Task SampleAnswerAsync(string path)
{
    using var http = new Http(shop.Port);
    var requests = shoppers.Cached();
    requests.MoveNext();
    var text = System.Text.Encoding.UTF8.GetString((await http.SendAsync(requests.Current)).Answer.Span);
    var (from, to) = (text.IndexOf('{', StringComparison.Ordinal), text.LastIndexOf('}'));
    await File.WriteAllTextAsync(path, text[from..(to + 1)]);
}

async Task PeakAsync()
{
    peak = (await Load.ClosedAsync(shop.Port, shoppers.Uncached(20), 64, seconds)).Throughput;
    Console.WriteLine($"\nSaturation, 64 connections: {peak:n0} uncached answers/s");
}

async Task LatencyAsync()
{
    var outcome = await Load.OpenAsync(shop.Port, shoppers.Uncached(30), 0.7 * peak, 2 * seconds);
    Console.WriteLine($"70 % of it, shoppers at random moments: p50 {outcome.Percentile(.5):f2} ms, p99 {outcome.Percentile(.99):f2} ms, p99/p50 {outcome.Percentile(.99) / outcome.Percentile(.5):f1}; {outcome.Statuses}");
}

async Task OverloadAsync()
{
    const int Deadline = 250;
    var outcome = await Load.OpenAsync(shop.Port, shoppers.Uncached(40, Deadline), 3 * peak, seconds);
    Console.WriteLine($"3 times as many, each with a deadline of {Deadline} ms: goodput {outcome.Throughput:n0}/s = {outcome.Throughput / peak:p0} of saturation, {outcome.LaterThan(Deadline)} answers later; p99 {outcome.Percentile(.99):f0} ms; {outcome.Statuses}");
}

async Task SwapsAsync()
{
    using var stop = new CancellationTokenSource();
    var load = Load.ClosedAsync(shop.Port, shoppers.Uncached(50), 8, TimeSpan.FromMinutes(10), stop.Token);
    for (var swap = 0; swap < 20; swap++)
    {
        await shop.DeployAsync(1); // a rollback
        await Task.Delay(1500);
        await shop.DeployAsync(2);
        await Task.Delay(1500);
    }
    await stop.CancelAsync();
    var outcome = await load;
    Console.WriteLine($"\n20 rollbacks and 20 swaps under load: {outcome.Failed} failed; {outcome.Statuses}");
}

async Task StoresAsync()
{
    foreach (var store in new[] { "cache", "postgres", "storage", "registry" })
    {
        using var stop = new CancellationTokenSource();
        var load = Load.ClosedAsync(shop.Port, shoppers.Users(60), 8, TimeSpan.FromMinutes(5), stop.Token);
        await Task.Delay(2000);
        using (var victim = Process.GetProcessById(await shop.ProcessOfAsync(store)))
            victim.Kill();
        await Task.Delay(10_000);
        await stop.CancelAsync();
        var outcome = await load;
        Console.WriteLine($"{store} killed under load: {outcome.Failed} failed, p99 {outcome.Percentile(.99):f1} ms; {outcome.Statuses}");
    }
}

async Task SoakAsync(TimeSpan duration)
{
    Console.WriteLine($"\n{duration.TotalMinutes} minutes, 16 connections");
    using var stop = new CancellationTokenSource();
    var load = Load.ClosedAsync(shop.Port, shoppers.Users(70), 16, duration, stop.Token);
    for (var started = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(started) < duration && !load.IsCompleted; await Task.Delay(duration / 10))
        Console.WriteLine($"  {Stopwatch.GetElapsedTime(started).TotalMinutes,5:f1} min  {Measured.ResidentMegabytes(shop.ProcessId),7:n0} MB");
    var outcome = await load;
    Console.WriteLine($"  at the end {Measured.ResidentMegabytes(shop.ProcessId),7:n0} MB; {outcome.Statuses}");
}

// `dotnet X.dll` or the program itself.
static IEnumerable<string> Self() => Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [typeof(Shop).Assembly.Location] : [];

static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
