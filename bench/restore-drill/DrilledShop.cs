using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using ModelOps.Bench.Stack;

namespace ModelOps.Bench.RestoreDrill;

/// <summary>The demo shop on a data folder of its own, its backup, and the commands of the AppHost.</summary>
internal sealed class DrilledShop : IDisposable
{
    /// <summary>Of the demo shop's first shopper; the others follow.</summary>
    private const int FirstShopper = 20000;

    /// <summary>What is another in each answer: its name for the feedback, and whether it was made just now.</summary>
    private static readonly string[] OfTheAnswerAlone = ["token", "cached"];

    private static readonly string[] Configurations = ["Release", "Debug"];

    private readonly string folder = Directory.CreateTempSubdirectory("modelops-drill-").FullName;
    private readonly string appHost = Built();
    private readonly bool keep;

    public DrilledShop(bool keep) => this.keep = keep;

    public long BackupBytes => new FileInfo(Backup).Length;

    private string Data => Path.Combine(folder, "data");

    private string Backup => Path.Combine(folder, "shop.backup");

    public RunningStack Start(params string[] arguments) => new(Process(arguments), Data);

    public async Task CommandAsync(string command)
    {
        var began = Stopwatch.GetTimestamp();
        using var process = System.Diagnostics.Process.Start(Process(command, Backup))!;
        process.OutputDataReceived += (_, line) => Console.WriteLine($"    {line.Data}");
        process.BeginOutputReadLine();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{command} ended with {process.ExitCode}: {await errors}");
        Console.WriteLine($"== {command}: {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s");
    }

    public void Wipe() => Directory.Delete(Data, recursive: true);

    /// <summary>Each shopper's recommendations as they come over the wire, in the order of the shoppers.</summary>
    public async Task<IReadOnlyList<string>> AnswersAsync(int users)
    {
        var urls = JsonSerializer.Deserialize<Dictionary<string, string>>(await File.ReadAllTextAsync(Path.Combine(Data, "endpoints.json")))!;
        using var http = new HttpClient { BaseAddress = new Uri(urls["inference"]) };
        await UntilModelAnswersAsync(http);
        var answers = new List<string>(users);
        for (var user = 0; user < users; user++)
            answers.Add(await AnswerAsync(http, FirstShopper + user));
        return answers;
    }

    /// <summary>After a start the packages are fetched and verified first; until then popular products may come, or 503.</summary>
    private static async Task UntilModelAnswersAsync(HttpClient http)
    {
        for (var began = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(began) < TimeSpan.FromMinutes(3); await Task.Delay(1000))
        {
            using var answer = await http.PostAsJsonAsync("/v1/recommendations", new { user = $"{FirstShopper}", count = 10 });
            if (answer.IsSuccessStatusCode && (await answer.Content.ReadAsStringAsync()).Contains("\"reason\":\"model\"", StringComparison.Ordinal))
                return;
        }
        throw new TimeoutException("No model answers.");
    }

    private static async Task<string> AnswerAsync(HttpClient http, int user)
    {
        using var answer = await http.PostAsJsonAsync("/v1/recommendations", new { user = $"{user}", count = 10 });
        answer.EnsureSuccessStatusCode();
        var json = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!.AsObject();
        foreach (var name in OfTheAnswerAlone)
            json.Remove(name);
        return json.ToJsonString();
    }

    private ProcessStartInfo Process(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [appHost, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["MODELOPS_DATA"] = Data;
        start.Environment["MODELOPS_PORTS"] = "dynamic";
        start.Environment["MODELOPS_BACKUP_PASSPHRASE"] = "a passphrase for a drill";
        return start;
    }

    private static string Built()
    {
        var root = Path.Combine(Repository.Root(), "ModelOps.AppHost", "bin");
        return Configurations.Select(configuration => Path.Combine(root, configuration, "net10.0", "ModelOps.AppHost.dll")).Where(File.Exists)
            .MaxBy(File.GetLastWriteTimeUtc) ?? throw new FileNotFoundException("ModelOps.AppHost is not built: dotnet build ModelOps.AppHost.");
    }

    public void Dispose()
    {
        if (keep)
            Console.WriteLine($"Left behind: {folder}");
        else
            Directory.Delete(folder, recursive: true);
    }
}
