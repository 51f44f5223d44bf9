using System.Diagnostics.Metrics;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using ModelOps.Inference.Batching;
using ModelOps.Inference.Events;
using ModelOps.Inference.Recommendations;
using ModelOps.Monitor.Quality;

namespace ModelOps.Tests.Monitor.Alerts;

/// <summary>Grafana's dashboards ask for nothing that no service exposes.</summary>
public sealed partial class DashboardsTests(Stores stores)
{
    [Fact]
    public async Task EveryQuery_NamesMetricsThatExist()
    {
        var known = new HashSet<string> { "up" }; // Prometheus' own
        using var listener = new MeterListener { InstrumentPublished = (instrument, _) => known.UnionWith(NamesOf(instrument)) };
        listener.Start();
        await using var monitor = await stores.StartAsync<MonitorDb>(["monitordb", "eventsdb"]);
        using var http = monitor.CreateClient();
        await http.GetAsync("/health");
        await using var inference = await stores.StartAsync<BatchMetrics>(["eventsdb"]);
        _ = (inference.Services.GetRequiredService<BatchMetrics>(), inference.Services.GetRequiredService<AnswerCache>(), inference.Services.GetRequiredService<RoutedAnswers>(), inference.Services.GetRequiredService<ImpressionLog>());

        // The names are made here as the exporter makes them: hold that against what it really writes.
        var scraped = ScrapedType().Matches(await http.GetStringAsync("/metrics")).Select(match => match.Groups[1].Value).Where(name => name is not "target_info" and not "otel_scope_info").ToList();
        Assert.NotEmpty(scraped);
        Assert.All(scraped, name => Assert.True(known.Contains(name) || known.Contains($"{name}_sum") || known.Contains($"{name}_total"), $"{name} is exposed, but not among the names made from the instruments"));

        var asked = 0;
        foreach (var file in Directory.GetFiles(Path.Combine(Repository.Root, "deploy/grafana"), "*.json"))
        {
            foreach (var name in QueriesOf(JsonDocument.Parse(await File.ReadAllTextAsync(file)).RootElement).SelectMany(MetricsOf))
            {
                asked++;
                Assert.True(known.Contains(name), $"{Path.GetFileName(file)} asks for {name}, which no service exposes.");
            }
        }
        Assert.True(asked > 40, $"{asked} names were found in the dashboards");
    }

    [Fact]
    public void MetricsOf_FindsTheNamesInAQuery() => Assert.Equal(
        ["a_bucket", "b_total", "c"],
        MetricsOf("""histogram_quantile(0.9, sum by (le, service) (rate(a_bucket{x="y",z=~"q|r"}[5m]))) / on (le) b_total or vector(0) + label_values(c{store=~"$store"}, model)""").Distinct());

    private static IEnumerable<string> NamesOf(Instrument instrument)
    {
        var name = instrument.Name.Replace('.', '_').Replace('-', '_');
        var unit = instrument.Unit switch { "s" => "seconds", "By" => "bytes", "ms" => "milliseconds", "1" => "ratio", null or "" => null, var other => other.StartsWith('{') ? null : other };
        var full = unit is null || name.EndsWith(unit, StringComparison.Ordinal) ? name : $"{name}_{unit}";
        var kind = instrument.GetType().Name;
        return kind.StartsWith("Histogram", StringComparison.Ordinal) ? [$"{full}_bucket", $"{full}_sum", $"{full}_count"]
            : kind.StartsWith("Counter", StringComparison.Ordinal) || kind.StartsWith("ObservableCounter", StringComparison.Ordinal) ? [$"{full}_total"] : [full];
    }

    private static IEnumerable<string> QueriesOf(JsonElement node) => node.ValueKind switch
    {
        JsonValueKind.Object => node.EnumerateObject().SelectMany(property =>
            property.Value.ValueKind == JsonValueKind.String && (property.Name == "expr" || (property.Name == "query" && property.Value.GetString()!.StartsWith("label_values", StringComparison.Ordinal)))
                ? [property.Value.GetString()!] : QueriesOf(property.Value)),
        JsonValueKind.Array => node.EnumerateArray().SelectMany(QueriesOf),
        _ => [],
    };

    private static IEnumerable<string> MetricsOf(string query)
    {
        var bare = Grouped().Replace(Selectors().Replace(Variables().Replace(query, "label_values($1)"), ""), " ");
        return Names().Matches(bare).Select(match => match.Value).Where(name => name is not ("or" or "and" or "unless" or "bool" or "offset"));
    }

    [GeneratedRegex("label_values\\((.*), *[a-z_]+\\)")]
    private static partial Regex Variables();

    [GeneratedRegex("\\{[^}]*\\}|\\[[^]]*\\]|\"[^\"]*\"")]
    private static partial Regex Selectors();

    [GeneratedRegex("\\b(by|without|on|ignoring|group_left|group_right) *\\([^)]*\\)")]
    private static partial Regex Grouped();

    [GeneratedRegex("\\b[a-z_][a-z0-9_]*\\b(?! *\\()")]
    private static partial Regex Names();

    [GeneratedRegex("^# TYPE ([a-z0-9_]+) ", RegexOptions.Multiline)]
    private static partial Regex ScrapedType();
}
