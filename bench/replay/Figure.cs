using System.Globalization;
using ModelOps.Bench.Figures;

namespace ModelOps.Bench.Replay;

/// <summary>NDCG@10 of both models by week.</summary>
internal static class Figure
{
    public static LineChart Of(ReplayState state) => new(
        "UCI Online Retail: what known customers buy in the next week, NDCG@10",
        $"week from; {state.Trainings.Count - 1} retrainings, triggered by new rows, at most weekly",
        "NDCG@10",
        [
            new Line("renewed by itself", "#0b6bcb", [.. state.Weeks.Select(week => ((double)week.From.DayNumber, week.Renewed))]),
            new Line("trained once", "#b3261e", [.. state.Weeks.Select(week => ((double)week.From.DayNumber, week.Once))]),
        ],
        [],
        day => DateOnly.FromDayNumber((int)day).ToString("d MMM", CultureInfo.InvariantCulture),
        ndcg => ndcg.ToString("0.##", CultureInfo.InvariantCulture));
}
