using ModelOps.Monitor.Alerts.Export;
using ModelOps.Monitor.Alerts.Rules;

namespace ModelOps.Tests.Monitor.Alerts;

/// <summary>What is written for Prometheus and Alertmanager, checked with their own tools.</summary>
public sealed class ExportTests : IDisposable
{
    private static readonly AlertBook Defaults = AlertBookReader.Load(Path.Combine(Repository.Root, "alerts"));

    private readonly string folder = Directory.CreateTempSubdirectory("modelops-export-").FullName;

    public static TheoryData<string> Books => new("", """
        channels:
          - { name: mail, kind: email, to: [ops@shop.example, "\"Ada: on call\" <ada@shop.example>"] }
          - { name: slack, kind: slack, url_secret: slack-url }
          - { name: hook, kind: webhook, url: "https://example.com/hook?a=1&b='2'", secret: s }
          - { name: hidden, kind: webhook, url_secret: u, secret: s }
          - { name: group, kind: feishu, url_secret: u }
        routes:
          - { name: default, channels: [slack, group], group_wait: 0s }
          - { name: on-call, channels: [mail, hook, hidden, slack], repeat: 90m }
        rules:
          - { name: both, metric: ctr, window: 1h, above: 0.5, below: 0.001, for: 90s, route: on-call, summary: 'quotes " and ''single'' braces', labels: { team: "店铺: \"a\"" } }
          - { name: unusual, metric: requests, window: 1h, anomaly: { direction: both, deviations: 3.5 }, for: 2h, severity: info }
          - { name: more, metric: latency_p99, window: 1h, anomaly: { direction: above }, runbook: 'https://example.com/a?b=c#d' }
          - { name: few, metric: requests, window: 1h, below: 100, where: { model: 'a' } }
        """);

    [Fact]
    public void DeployedFiles_AreUpToDate()
    {
        foreach (var (path, text) in AlertExport.Files(Defaults))
            Assert.True(File.ReadAllText(Path.Combine(Repository.Root, "deploy", path)) == text, $"deploy/{path} is not what alerts/*.yaml says. Run: dotnet run --project services/monitor -- --export-alerts");
    }

    [Theory]
    [MemberData(nameof(Books))]
    public async Task PrometheusAndAlertmanager_TakeThem(string yaml)
    {
        foreach (var (path, text) in AlertExport.Files(AlertBookReader.Load(yaml, "a", Defaults)))
        {
            Directory.CreateDirectory(Path.Combine(folder, Path.GetDirectoryName(path)!));
            await File.WriteAllTextAsync(Path.Combine(folder, path), text);
        }

        await Tool.PassesAsync("promtool", "check", "rules", Path.Combine(folder, "prometheus/alerts.yaml"));
        await Tool.PassesAsync("promtool", "test", "rules", Path.Combine(folder, "prometheus/alerts.test.yaml"));
        await Tool.PassesAsync("amtool", "check-config", Path.Combine(folder, "alertmanager/alertmanager.yaml"));
    }

    [Fact]
    public Task ScrapeConfiguration_IsValid() => Tool.PassesAsync("promtool", "check", "config", Path.Combine(Repository.Root, "deploy/prometheus/prometheus.yaml"));

    [Fact]
    public void Secrets_AreNotInTheFiles() =>
        Assert.Contains("api_url_file: /etc/alertmanager/secrets/slack-url", AlertmanagerConfig.Write(AlertBookReader.Load("channels: [{ name: s, kind: slack, url_secret: slack-url }]\nroutes: [{ name: default, channels: [s] }]", "a", Defaults)), StringComparison.Ordinal);

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
