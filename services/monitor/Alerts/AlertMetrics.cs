using System.Diagnostics.Metrics;
using ModelOps.Monitor.Alerts.Metrics;
using ModelOps.Monitor.Alerts.Rules;

namespace ModelOps.Monitor.Alerts;

/// <summary>What Prometheus sees of the alerts: the value that each rule judges, the metrics themselves, and how the deliveries go.</summary>
internal sealed class AlertMetrics : IDisposable
{
    public const string Value = "modelops.alert.value";
    public const string Deviations = "modelops.alert.deviations";
    public const string Firing = "modelops.alerts.firing";
    public const string Evaluated = "modelops.alerts.evaluated.timestamp";
    public const string Deliveries = "modelops.alert.deliveries";

    private readonly Meter meter;
    private readonly Counter<long> deliveries;
    private volatile Snapshot last = new([], [], [], new Dictionary<string, List<Measurement<double>>>(), null);

    public AlertMetrics(IMeterFactory meters)
    {
        meter = meters.Create("ModelOps.Alerts");
        meter.CreateObservableGauge(Value, () => last.Values, description: "What each rule judges, where there is enough to judge");
        meter.CreateObservableGauge(Deviations, () => last.Deviations, description: "How unlike earlier days it is, for rules that look at them");
        meter.CreateObservableGauge(Firing, () => last.Firing, description: "Alerts that fire, by store and severity");
        meter.CreateObservableGauge<double>(Evaluated, () => last.Time is { } time ? [new(time.ToUnixTimeMilliseconds() / 1000.0)] : [], "s", "When the rules were last evaluated");
        deliveries = meter.CreateCounter<long>(Deliveries, description: "Attempts to deliver, by kind of channel and outcome");
        foreach (var metric in MetricList.Definitions.Values)
            meter.CreateObservableGauge(metric.Instrument, () => last.Metrics.GetValueOrDefault(metric.Name) ?? [], metric.Unit, $"{metric.Meaning}, over {Evaluation.Shown.TotalMinutes} minutes");
    }

    public void Attempted(string kind, string outcome) => deliveries.Add(1, new("kind", kind), new("outcome", outcome));

    /// <summary>What the next scrapes will see.</summary>
    public void Show(IReadOnlyList<StoreEvaluation> stores, IEnumerable<AlertRow> firing, DateTimeOffset now)
    {
        var judged = stores.SelectMany(store => store.Judgements, (store, judgement) => (store.Store, judgement)).ToList();
        last = new Snapshot(
            [.. judged.Select(one => new Measurement<double>(one.judgement.Reading.Value, Tags(one.Store, one.judgement.Reading.Labels, one.judgement.Rule)))],
            [.. judged.Where(one => one.judgement.Finding.Deviations is not null).Select(one => new Measurement<double>(one.judgement.Finding.Deviations!.Value, Tags(one.Store, one.judgement.Reading.Labels, one.judgement.Rule)))],
            [.. firing.CountBy(alert => (alert.Store, alert.Severity)).Select(count => new Measurement<long>(count.Value, [new(AlertRule.StoreLabel, count.Key.Store), new(AlertRule.SeverityLabel, count.Key.Severity)]))],
            stores.SelectMany(store => store.Shown, (store, shown) => (store.Store, shown.Metric, shown.Reading)).GroupBy(one => one.Metric)
                .ToDictionary(metric => metric.Key, metric => metric.Select(one => new Measurement<double>(one.Reading.Value, Tags(one.Store, one.Reading.Labels))).ToList()),
            now);
    }

    private static KeyValuePair<string, object?>[] Tags(string store, IReadOnlyDictionary<string, string> series, AlertRule? rule = null) =>
    [
        new(AlertRule.StoreLabel, store),
        .. series.Select(label => new KeyValuePair<string, object?>(label.Key, label.Value)),
        .. rule is null ? [] : new KeyValuePair<string, object?>[] { new(AlertRule.NameLabel, rule.Name), new("metric", rule.Metric) },
    ];

    public void Dispose() => meter.Dispose();

    private sealed record Snapshot(
        List<Measurement<double>> Values, List<Measurement<double>> Deviations, List<Measurement<long>> Firing, Dictionary<string, List<Measurement<double>>> Metrics, DateTimeOffset? Time);
}
