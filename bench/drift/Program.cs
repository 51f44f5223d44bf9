// How often drift is alarmed about on quiet days, and how soon when something has happened, through the monitor's own judge and its defaults:
//   dotnet run -c Release --project bench/drift -- [shops=20] [quiet=100] [visits=1000]
// Quiet shops are watched for 30 days, shifts begin on the eighth of 28. Seeds are 1, 2, 3 …
using System.Globalization;
using ModelOps.Bench.Drift;

const int QuietDays = 30, Since = 7, Watched = 28;
var settings = args.Select(argument => argument.Split('=', 2)).ToDictionary(pair => pair[0], pair => int.Parse(pair[1], CultureInfo.InvariantCulture));
var (shops, quiet, visits) = (settings.GetValueOrDefault("shops", 20), settings.GetValueOrDefault("quiet", 100), settings.GetValueOrDefault("visits", 1000));

var alarms = new IReadOnlyList<string>[quiet][];
Parallel.For(0, quiet, index => alarms[index] = [.. new DriftTrial(index + 1, visits).Watch(QuietDays, Shift.None)]);
var loud = alarms.Count(days => days.Any(day => day.Count > 0));
Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
    $"{visits} shoppers a day, nothing happens: {alarms.Sum(days => days.Count(day => day.Count > 0))} alarms in {quiet * QuietDays} days, in {loud} of {quiet} shops; seed 1: {alarms[0].Count(day => day.Count > 0)} in {QuietDays} days"));
foreach (var reason in alarms.SelectMany(days => days).SelectMany(day => day).Take(10))
    Console.WriteLine($"  {reason}");

foreach (var shift in Shift.All)
{
    var delays = new int?[shops];
    var first = new string[shops];
    Parallel.For(0, shops, index =>
    {
        var found = new DriftTrial(index + 1, visits).Watch(Watched, shift, Since).Index().FirstOrDefault(day => day.Index >= Since && day.Item.Count > 0);
        (delays[index], first[index]) = found.Item is null ? ((int?)null, "") : (found.Index - Since + 1, found.Item[0]);
    });
    var seen = delays.Where(delay => delay is not null).Select(delay => delay!.Value).Order().ToList();
    var when = seen.Count == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", after {seen[seen.Count / 2]} days (median), {seen[(int)(seen.Count * .95)]} (95 %)");
    Console.WriteLine($"{shift.Name,-44} found in {seen.Count} of {shops}{when}");
    if (settings.ContainsKey("why"))
        Console.WriteLine($"  {first.FirstOrDefault(reason => reason.Length > 0)}");
}
