using System.Collections.Concurrent;
using System.Numerics.Tensors;
using ModelOps.Monitor.Drift.Profiles;
using ModelOps.Monitor.Drift.Tests;

namespace ModelOps.Monitor.Drift;

/// <summary>
/// The days that windows are held against. They also say how far such a window is from them when nothing has happened: days differ
/// by weekday, by weather and by who happens to come, and a test that takes every shopper for independent cries wolf. So each of
/// their own days, and weeks put together of them, is measured against the others as a window is.
/// </summary>
internal sealed class Reference
{
    private const int Draws = 200;

    private readonly ILookup<DayOfWeek, DayProfile> byWeekday;
    private readonly ConcurrentDictionary<Series, Table> tables = new();
    private readonly ConcurrentDictionary<(Series, int Length, string Test), IReadOnlyList<double>> distances = new();

    public Reference(IReadOnlyList<DayProfile> days)
    {
        Days = days;
        byWeekday = days.ToLookup(day => day.Day.DayOfWeek);
    }

    public IReadOnlyList<DayProfile> Days { get; }

    public SeriesLayout LayoutOf(Series series) => TableOf(series).Layout;

    /// <summary>The days of the same weekdays as the window's; all of them where there are none.</summary>
    public double[] SumFor(Series series, IReadOnlyList<DayProfile> window)
    {
        var table = TableOf(series);
        var weekdays = window.Select(day => day.Day.DayOfWeek).Where(table.ByWeekday.ContainsKey).ToHashSet();
        var sums = new double[table.Layout.Bins];
        foreach (var (_, weekday) in table.ByWeekday.Where(weekday => weekdays.Count == 0 || weekdays.Contains(weekday.Key)))
            TensorPrimitives.Add(sums, weekday, sums);
        return sums;
    }

    /// <summary>Of windows of <paramref name="length"/> days in a row, each day drawn among those of its weekday, to the days that were not drawn.</summary>
    public IReadOnlyList<double> DistancesWithin(Series series, int length, IDriftTest test) =>
        distances.GetOrAdd((series, length, test.Name), _ => length == 1 ? [.. EveryDay(TableOf(series), test)] : [.. DrawnWindows(TableOf(series), length, test)]);

    private IEnumerable<double> EveryDay(Table table, IDriftTest test)
    {
        foreach (var (weekday, days) in byWeekday.Select(group => (group.Key, group.ToList())).Where(group => group.Item2.Count > 1))
        {
            foreach (var day in days)
            {
                var one = table.ByDay[day.Day];
                if (Distance(one, Without(table.ByWeekday[weekday], one), test) is { } distance)
                    yield return distance;
            }
        }
    }

    private IEnumerable<double> DrawnWindows(Table table, int length, IDriftTest test)
    {
        var random = new Random(length); // the same draws each time: a report can be made again
        for (var draw = 0; draw < Draws; draw++)
        {
            var first = random.Next(7);
            var (window, rest) = (new double[table.Layout.Bins], new double[table.Layout.Bins]);
            for (var offset = 0; offset < length; offset++)
            {
                var weekday = (DayOfWeek)((first + offset) % 7);
                var days = byWeekday[weekday].ToList();
                if (days.Count < 2)
                    continue;
                var drawn = table.ByDay[days[random.Next(days.Count)].Day];
                TensorPrimitives.Add(window, drawn, window);
                TensorPrimitives.Add(rest, Without(table.ByWeekday[weekday], drawn), rest);
            }
            if (Distance(window, rest, test) is { } distance)
                yield return distance;
        }
    }

    private static double? Distance(double[] window, double[] rest, IDriftTest test) => window.Sum() < 1 || rest.Sum() < 1 ? null : test.Distance(window, rest);

    private static double[] Without(double[] all, double[] one)
    {
        var rest = new double[all.Length];
        TensorPrimitives.Subtract(all, one, rest);
        TensorPrimitives.Max(rest, 0, rest);
        return rest;
    }

    private Table TableOf(Series series) => tables.GetOrAdd(series, _ =>
    {
        var layout = new SeriesLayout(series, Days);
        return new Table(layout, Days.ToDictionary(day => day.Day, day => layout.SumOf([day])), byWeekday.ToDictionary(group => group.Key, group => layout.SumOf(group)));
    });

    private sealed record Table(SeriesLayout Layout, Dictionary<DateOnly, double[]> ByDay, Dictionary<DayOfWeek, double[]> ByWeekday);
}
