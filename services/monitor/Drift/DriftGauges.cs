using System.Diagnostics.Metrics;
using ModelOps.Monitor.Drift.Profiles;

namespace ModelOps.Monitor.Drift;

/// <summary>What Prometheus sees of the latest reports: each distance of all shoppers, as a multiple of what counts.</summary>
internal sealed class DriftGauges : IDisposable
{
    public const string Distance = "modelops.drift.distance";

    private readonly Meter meter;
    private volatile IReadOnlyList<Measurement<double>> last = [];

    public DriftGauges(IMeterFactory meters)
    {
        meter = meters.Create("ModelOps.Drift");
        meter.CreateObservableGauge(Distance, () => last, description: "Distance of the latest window from the reference over the least that counts, by measure and days");
    }

    public void Show(IEnumerable<DriftReportRow> reports) => last =
    [
        .. reports.SelectMany(report => report.ToEvidence().Findings, (report, finding) => (report, finding)).Where(one => one.finding.Segment == Segments.All && one.finding.Threshold > 0)
            .Select(one => new Measurement<double>(one.finding.Value / one.finding.Threshold, new("store", one.report.Store), new("model", one.report.Model), new("measure", one.finding.Measure), new("days", one.finding.Days))),
    ];

    public void Dispose() => meter.Dispose();
}
