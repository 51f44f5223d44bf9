using System.Diagnostics;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using ModelOps.Contracts;
using ModelOps.Contracts.Alerts;
using ModelOps.Monitor.Alerts.Export;
using ModelOps.Monitor.Alerts.Rules;
using ModelOps.Monitor.Quality;

namespace ModelOps.Tests.Monitor.Alerts;

/// <summary>The real Prometheus and Alertmanager, with the files that are exported: they scrape, fire and deliver.</summary>
public sealed class PrometheusTests(Stores stores) : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("modelops-prometheus-").FullName;

    [Fact]
    public async Task Monitor_IsScraped_ItsRuleFires_AndIsDelivered()
    {
        await using var receiver = await Receiver.StartAsync();
        var yaml = $$"""
            channels:
              - { name: hook, kind: webhook, url: "{{receiver.Url}}/hook", secret: hook }
            routes:
              - { name: default, channels: [hook], group_wait: 0s }
            rules:
              - { name: errors, metric: error_rate, window: 1h, above: 0.1, severity: critical }
            """;
        var settings = new Dictionary<string, string>(await stores.SettingsAsync("monitordb", "eventsdb")) { ["Alerts:EvaluateSeconds"] = "1", ["Alerts:MaxAttempts"] = "1" };
        var (monitorPort, prometheusPort, alertmanagerPort) = (FreePort.Take(), FreePort.Take(), FreePort.Take());
        await using var monitor = new ServiceProcess<MonitorDb>(settings, monitorPort);
        await monitor.StartAsync();
        await new AlertsClient(monitor.Http).PutRulesAsync(StoreId.Main, new NewAlertRuleSet(yaml));
        await using (var database = new MonitorDb(new DbContextOptionsBuilder<MonitorDb>().UseNpgsql(settings["ConnectionStrings:monitordb"]).UseSnakeCaseNamingConvention().Options))
        {
            database.Windows.Add(new WindowRow { Store = "main", Model = "m", Version = 1, Arm = "champion", Start = DateTimeOffset.UtcNow.AddMinutes(-1), Requests = 200, Failures = 100 });
            await database.SaveChangesAsync();
        }
        foreach (var (path, text) in AlertExport.Files(AlertBookReader.Load(yaml, "main", AlertBookReader.Load(Path.Combine(AppContext.BaseDirectory, "alerts")))))
            await File.WriteAllTextAsync(Path.Combine(folder, Path.GetFileName(path)), text);
        await File.WriteAllTextAsync(Path.Combine(folder, "prometheus.yaml"), $$"""
            global: { scrape_interval: 1s, evaluation_interval: 1s }
            rule_files: [alerts.yaml]
            alerting: { alertmanagers: [{ static_configs: [{ targets: ["127.0.0.1:{{alertmanagerPort}}"] }] }] }
            scrape_configs: [{ job_name: modelops, static_configs: [{ targets: ["127.0.0.1:{{monitorPort}}"], labels: { service: monitor } }] }]
            """);

        using var alertmanager = new Daemon("prometheus-alertmanager", $"--config.file={folder}/alertmanager.yaml", $"--storage.path={folder}/am", $"--web.listen-address=127.0.0.1:{alertmanagerPort}", "--cluster.listen-address=");
        using var prometheus = new Daemon("prometheus", $"--config.file={folder}/prometheus.yaml", $"--storage.tsdb.path={folder}/tsdb", $"--web.listen-address=127.0.0.1:{prometheusPort}");

        JsonElement? alert = null;
        await Eventually.TrueAsync(() => (alert = Find("errors")) is not null, "Alertmanager's message");
        var labels = alert!.Value.GetProperty("labels");
        Assert.Equal(("firing", "main", "m", "critical", "default", "monitor"), (alert.Value.GetProperty("status").GetString(), Label("store"), Label("model"), Label("severity"), Label("route"), Label("service")));

        string? Label(string name) => labels.GetProperty(name).GetString();

        JsonElement? Find(string name) => receiver.Requests.Where(request => request.Headers["user-agent"].StartsWith("Alertmanager", StringComparison.Ordinal)) // the monitor sends too
            .SelectMany(request => JsonDocument.Parse(request.Body).RootElement.GetProperty("alerts").EnumerateArray())
            .Select(one => (JsonElement?)one).FirstOrDefault(one => one!.Value.GetProperty("labels").GetProperty("alertname").GetString() == name);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private sealed class Daemon : IDisposable
    {
        private readonly Process process;

        public Daemon(string name, params string[] arguments)
        {
            process = Process.Start(Tool.Start(name, arguments))!;
            process.OutputDataReceived += (_, line) => Console.WriteLine(line.Data);
            process.ErrorDataReceived += (_, line) => Console.WriteLine(line.Data);
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
        }

        public void Dispose()
        {
            process.Kill();
            process.WaitForExit();
            process.Dispose();
        }
    }
}
