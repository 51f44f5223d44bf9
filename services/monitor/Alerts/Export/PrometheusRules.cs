using System.Globalization;
using System.Text;
using ModelOps.Monitor.Alerts.Metrics;
using ModelOps.Monitor.Alerts.Rules;
using ModelOps.ServiceDefaults;

namespace ModelOps.Monitor.Alerts.Export;

/// <summary>A book's rules as Prometheus' rules, on the values that the monitor exposes for each of them; and what only somebody outside can see: that ModelOps itself is away.</summary>
internal static class PrometheusRules
{
    private static readonly string Value = AlertExport.PrometheusName(AlertMetrics.Value);
    private static readonly string Deviations = AlertExport.PrometheusName(AlertMetrics.Deviations);

    /// <summary>How long rules run in their tests after they should fire.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(1);

    /// <summary>What Prometheus watches without the monitor.</summary>
    private static readonly Outer[] Outside =
    [
        new("service-down", "up{job=\"modelops\"} == 0", "2m", AlertRule.Critical, "{{ $labels.service }} cannot be scraped"),
        new("alerts-stand-still", $"time() - {AlertExport.PrometheusName(AlertMetrics.Evaluated)}_seconds > 300", "1m", AlertRule.Critical, "The monitor has not evaluated its rules for five minutes"),
        new("messages-fail", $"increase({AlertExport.PrometheusName(AlertMetrics.Deliveries)}_total{{outcome=\"failed\"}}[1h]) > 0", "0s", "warning", "A message about alerts was given up; GET /v1/alerts/deliveries says why"),
        new("impressions-dropped", "increase(modelops_impressions_dropped_total[15m]) > 0", "0s", "warning", "Impressions were lost because the event log was away too long"),
    ];

    public static string Write(AlertBook book)
    {
        var text = new StringBuilder(AlertExport.Header);
        text.Append("groups:\n  - name: modelops\n    rules:\n");
        foreach (var rule in book.InEffect)
        {
            Append(text, rule.Name, Expression(rule), LengthOfTime.Exact(rule.For), Labels(rule));
            if (rule.KeepFiringFor > TimeSpan.Zero)
                text.Append(CultureInfo.InvariantCulture, $"        keep_firing_for: {LengthOfTime.Exact(rule.KeepFiringFor)}\n");
            text.Append("        annotations:\n");
            foreach (var (name, annotation) in Annotations(rule, "{{ $value }}"))
                text.Append(CultureInfo.InvariantCulture, $"          {name}: {AlertExport.Quoted(annotation)}\n");
        }
        text.Append("  - name: modelops-itself\n    rules:\n");
        foreach (var rule in Outside)
        {
            Append(text, rule.Name, rule.Expression, rule.For, [new("severity", rule.Severity), new("route", AlertBookReader.DefaultRoute)]);
            text.Append(CultureInfo.InvariantCulture, $"        annotations:\n          summary: {AlertExport.Quoted(rule.Summary)}\n");
        }
        return text.ToString();
    }

    /// <summary>For <c>promtool test rules</c>: each rule fires when its value is beyond the limit for long enough, and not while it is within.</summary>
    /// <param name="rules">The rules' file, as the tests' file finds it.</param>
    public static string WriteTests(AlertBook book, string rules)
    {
        var text = new StringBuilder(AlertExport.Header);
        text.Append(CultureInfo.InvariantCulture, $"rule_files: [{AlertExport.Quoted(rules)}]\nevaluation_interval: 1m\ntests:\n");
        foreach (var rule in book.InEffect)
        {
            var (bad, good) = Examples(rule.Condition);
            Test(bad, rule.For + Margin, true);
            if (good is { } within)
                Test(within, rule.For + Margin, false);
            if (rule.For > Margin)
                Test(bad, rule.For - Margin, false);

            void Test(int value, TimeSpan at, bool fires)
            {
                var series = MetricList.Definitions[rule.Metric].Labels.ToDictionary(label => label, label => rule.Where.GetValueOrDefault(label, "x"));
                var of = string.Join(',', series.Append(new(AlertRule.StoreLabel, "main")).Append(new("metric", rule.Metric)).Append(new(AlertRule.NameLabel, rule.Name)).Select(label => $"{label.Key}=\"{label.Value}\""));
                text.Append(CultureInfo.InvariantCulture, $"  - interval: 1m\n    input_series:\n      - series: '{(rule.Condition is Anomaly ? Deviations : Value)}{{{of}}}'\n        values: '{value}+0x{(int)at.TotalMinutes + 1}'\n");
                text.Append(CultureInfo.InvariantCulture, $"    alert_rule_test:\n      - eval_time: {LengthOfTime.Exact(at)}\n        alertname: {rule.Name}\n        exp_alerts:{(fires ? "" : " []")}\n");
                if (!fires)
                    return;
                text.Append("          - exp_labels:\n");
                foreach (var (name, label) in series.Append(new(AlertRule.StoreLabel, "main")).Append(new("metric", rule.Metric)).Append(new(AlertRule.NameLabel, rule.Name)).Concat(Labels(rule)))
                    text.Append(CultureInfo.InvariantCulture, $"              {name}: {AlertExport.Quoted(label)}\n");
                text.Append("            exp_annotations:\n");
                foreach (var (name, annotation) in Annotations(rule, value.ToString(CultureInfo.InvariantCulture)))
                    text.Append(CultureInfo.InvariantCulture, $"              {name}: {AlertExport.Quoted(annotation)}\n");
            }
        }
        return text.ToString();
    }

    private static void Append(StringBuilder text, string name, string expression, string hold, IEnumerable<KeyValuePair<string, string>> labels)
    {
        text.Append(CultureInfo.InvariantCulture, $"      - alert: {name}\n        expr: {AlertExport.Quoted(expression)}\n        for: {hold}\n        labels:\n");
        foreach (var (label, value) in labels)
            text.Append(CultureInfo.InvariantCulture, $"          {label}: {AlertExport.Quoted(value)}\n");
    }

    private static string Expression(AlertRule rule)
    {
        var value = $"{(rule.Condition is Anomaly ? Deviations : Value)}{{rule=\"{rule.Name}\"}}";
        return rule.Condition switch
        {
            Threshold { Above: { } above, Below: { } below } => Of($"{value} > {above} or {value} < {below}"),
            Threshold { Above: { } above } => Of($"{value} > {above}"),
            Threshold { Below: { } below } => Of($"{value} < {below}"),
            Anomaly { Direction: Anomaly.Above } anomaly => Of($"{value} > {anomaly.Deviations}"),
            Anomaly { Direction: Anomaly.Below } anomaly => Of($"{value} < -{anomaly.Deviations}"),
            Anomaly anomaly => Of($"abs({value}) > {anomaly.Deviations}"),
            _ => throw new ArgumentOutOfRangeException(nameof(rule), rule.Condition, "No such condition."),
        };

        static string Of(FormattableString text) => FormattableString.Invariant(text);
    }

    /// <summary>Whole numbers, which Prometheus writes as they are: one beyond the limit, one within, where there is one.</summary>
    private static (int Bad, int? Good) Examples(Condition condition) => condition switch
    {
        Threshold { Above: { } above, Below: var below } => ((int)Math.Floor(above) + 3, below is null ? (int)Math.Ceiling(above) - 1 : Math.Ceiling(below.Value) <= above ? (int)Math.Ceiling(below.Value) : null),
        Threshold { Below: { } below } => ((int)Math.Ceiling(below) - 3, (int)Math.Ceiling(below) + 1),
        Anomaly { Direction: Anomaly.Below } anomaly => (-(int)Math.Ceiling(anomaly.Deviations) - 1, 0),
        Anomaly anomaly => ((int)Math.Ceiling(anomaly.Deviations) + 1, 0),
        _ => throw new ArgumentOutOfRangeException(nameof(condition), condition, "No such condition."),
    };

    private static IEnumerable<KeyValuePair<string, string>> Labels(AlertRule rule) => [new("severity", rule.Severity), new("route", rule.Route), .. rule.Labels.OrderBy(label => label.Key, StringComparer.Ordinal)];

    private static IEnumerable<KeyValuePair<string, string>> Annotations(AlertRule rule, string value)
    {
        yield return new("summary", rule.Summary ?? MetricList.Definitions[rule.Metric].Meaning);
        yield return new("description", rule.Condition is Anomaly ? $"{rule.Metric}: {value} deviations from earlier days" : $"{rule.Metric}: {value}");
        if (rule.Runbook is not null)
            yield return new("runbook_url", rule.Runbook);
    }

    private sealed record Outer(string Name, string Expression, string For, string Severity, string Summary);
}
