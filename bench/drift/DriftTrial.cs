using ModelOps.Contracts.Drift;
using ModelOps.Monitor.Drift;
using ModelOps.Monitor.Drift.Profiles;

namespace ModelOps.Bench.Drift;

/// <summary>A simulated shop, watched for some days by the monitor's own judge.</summary>
/// <param name="Visits">Shoppers a day, about.</param>
public sealed record DriftTrial(int Seed, int Visits)
{
    private const int WarmUp = 20; // shoppers get a history first

    public int ReferenceDays { get; init; } = new DriftOptions().ReferenceDays;

    /// <summary>What each day of <paramref name="days"/> would be alarmed about.</summary>
    /// <param name="since">The day from which the shift counts; 0 is the first that is watched.</param>
    public IEnumerable<IReadOnlyList<string>> Watch(int days, Shift shift, int since = 0)
    {
        var options = new DriftOptions();
        var shop = new SimulatedShop(Seed, Visits);
        for (var day = 0; day < WarmUp; day++)
            shop.Day(day, Shift.None);
        var reference = new Reference([.. Enumerable.Range(WarmUp, ReferenceDays).Select(day => shop.Day(day, Shift.None))]);
        var recent = new List<DayProfile>();
        for (var day = 0; day < days; day++)
        {
            recent.Add(shop.Day(WarmUp + ReferenceDays + day, day >= since ? shift : Shift.None));
            var window = recent.TakeLast(options.WindowDays).ToList();
            IReadOnlyList<DriftFinding> findings = DriftJudge.Decide(DriftJudge.Compare(reference, window, _ => true, options), options.Alpha);
            yield return DriftJudge.Reasons(findings);
        }
    }
}
