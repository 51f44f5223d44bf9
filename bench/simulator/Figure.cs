using System.Globalization;
using ModelOps.Bench.Figures;

namespace ModelOps.Bench.Simulator;

/// <summary>The click rate by day: of the loop, of the oracle, and of a model that is never retrained.</summary>
internal static class Figure
{
    public static LineChart Of(Outcome outcome) => new(
        "Click rate of what is recommended, by day",
        "days after the taste shift",
        "click rate",
        [
            new Line("the loop, by itself", "#0b6bcb", [.. outcome.Days.Select(day => ((double)day.Day, day.Loop))]),
            new Line("an oracle, retrained at once", "#2a7d2e", [.. outcome.Days.Where(day => day.Oracle is not null).Select(day => ((double)day.Day, day.Oracle!.Value))], IsDashed: true),
            new Line("never retrained", "#b3261e", [.. outcome.Days.Select(day => ((double)day.Day, day.Frozen))]),
        ],
        Marks(outcome),
        day => day.ToString("0", CultureInfo.InvariantCulture),
        rate => rate.ToString("0.#%", CultureInfo.InvariantCulture));

    private static List<Mark> Marks(Outcome outcome)
    {
        var marks = new List<Mark> { new(.5, "taste shift") };
        foreach (var day in outcome.Runs)
            marks.Add(new Mark(day, day == outcome.Alarmed ? "drift alert, retrained" : "retrained"));
        return marks;
    }
}
