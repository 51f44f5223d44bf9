using System.Globalization;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using ModelOps.Contracts.Runs;
using ModelOps.Trainer.Runs;
using ModelOps.Trainer.Training;

namespace ModelOps.Trainer.Estimates;

/// <summary>Learns from the trainings that finished on such a machine what another one takes.</summary>
public sealed class Estimator(RunsDb database, IOptions<TrainerOptions> options)
{
    /// <summary>The newest; older ones ran with another build, perhaps.</summary>
    private const int MostRuns = 200;

    /// <summary>Of memory, most of which does not depend on the data.</summary>
    private const double SlopeOfMemory = 0.3;

    private const double SecondsAMinute = 60, SecondsAnHour = 3600;

    public async Task<RunEstimate> EstimateAsync(RunSize size, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(size);
        var past = await PastAsync(size.Kind, cancellationToken);
        if (past.Count == 0)
            return new RunEstimate(0, null, null, null, null, $"Unknown: no training of the kind '{size.Kind}' has finished on a machine like this one yet ({Machine.Kind}).");
        var seconds = Forecast.Of([.. past.Select(run => (run.Size.Work, run.Seconds))], size.Work, assumedSlope: 1)!;
        seconds = Map(seconds, value => value + size.SearchMinutes * SecondsAMinute);
        var megabytes = Forecast.Of([.. past.Where(run => run.Megabytes > 0).Select(run => (run.Size.Held, run.Megabytes))], size.Held, SlopeOfMemory);
        var price = options.Value.PricePerHour;
        return new RunEstimate(
            past.Count, Map(seconds, value => Math.Round(value, 1)), megabytes is null ? null : Map(megabytes, value => Math.Round(value)),
            price > 0 ? Map(seconds, value => CostOf(value)!.Value) : null, price > 0 ? options.Value.Currency : null,
            string.Create(CultureInfo.InvariantCulture, $"{past.Count} finished training{(past.Count == 1 ? "" : "s")} of the kind '{size.Kind}' on {Machine.Kind}; this one has {size.Events:N0} events, at most {size.Passes} passes and {size.Parameters:N0} parameters."));
    }

    /// <summary>Null where no price is configured.</summary>
    public double? CostOf(double seconds) => options.Value.PricePerHour > 0 ? Math.Round(seconds / SecondsAnHour * options.Value.PricePerHour, 4) : null;

    private async Task<List<PastRun>> PastAsync(string kind, CancellationToken cancellationToken)
    {
        var rows = await database.Runs.AsNoTracking().Where(run => run.Machine == Machine.Kind && run.State == RunState.Succeeded && run.Size != null)
            .OrderByDescending(run => run.Number).Take(MostRuns).Select(run => new { run.Size, run.Metrics }).ToListAsync(cancellationToken);
        return [.. rows.Select(row => (Size: JsonSerializer.Deserialize<RunSize>(row.Size!)!, Metrics: JsonSerializer.Deserialize<Dictionary<string, double>>(row.Metrics)!))
            .Where(row => row.Size.Kind == kind && row.Metrics.GetValueOrDefault(MetricName.Seconds) > 0)
            .Select(row => new PastRun(row.Size, row.Metrics[MetricName.Seconds], row.Metrics.GetValueOrDefault(MetricName.PeakMegabytes)))];
    }

    private static Expected Map(Expected expected, Func<double, double> change) =>
        new(change(expected.Value), expected.Low is { } low ? change(low) : null, expected.High is { } high ? change(high) : null);

    private sealed record PastRun(RunSize Size, double Seconds, double Megabytes);
}
