// Who buys in the next thirty days, and who does not for ninety, on UCI Online Retail beside the project, against a logistic regression on
// recency, orders and spend. At each cutoff both learn from what was known before it alone; the interval resamples shoppers over all cutoffs.
//   dotnet run -c Release --project bench/profiles [-- cutoffs=5 learner=auto retail=<folder of the CSV files>]
using System.Globalization;
using ModelOps.Bench.Profiles;
using ModelOps.Contracts.Datasets;
using ModelOps.Trainer.Profiles;

var settings = args.Select(argument => argument.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
var cutoffs = int.Parse(settings.GetValueOrDefault("cutoffs", "5"), CultureInfo.InvariantCulture);
var parameters = new ProfileParameters { Learner = settings.GetValueOrDefault("learner", ProfileParameters.Auto) };
var folder = await RetailEvents.WriteAsync(settings.GetValueOrDefault("retail"));
try
{
    var data = await ProfileData.ReadAsync(folder, new DatasetProfile(0, 0, 0, 0, null, null, new Dictionary<string, long>(), HasClock: true));
    Console.WriteLine($"retail: {data.Users.Length:N0} customers, {data.Histories.Sum(history => history.Length):N0} lines, {data.From:yyyy-MM-dd} to {data.End:yyyy-MM-dd}");
    var snapshots = new Snapshots(data, parameters);
    Ask(new ScoreTarget("buys within 30 days", 30, Buys: true, CustomersOnly: false), cutoffs);
    Ask(new ScoreTarget("buys nothing for 90 days", 90, Buys: false, CustomersOnly: true), 1);

    void Ask(ScoreTarget target, int times)
    {
        Console.WriteLine(target.Name);
        var training = new ScoreTraining(snapshots, parameters);
        var tests = new List<ScoreTest>();
        for (var back = times; back >= 1; back--)
        {
            var cutoff = data.End.AddDays(-target.Days * back);
            var chosen = training.Choose(target, cutoff);
            if (training.Test(target, cutoff, chosen) is not { } test)
                continue;
            tests.Add(test);
            Say($"{cutoff:yyyy-MM-dd} by {chosen.Name}", ScoreReport.Of([test], parameters.Seed));
        }
        Say("all cutoffs", ScoreReport.Of(tests, parameters.Seed));
    }
}
finally
{
    Directory.Delete(folder, recursive: true);
}

static void Say(string what, ScoreReport report)
{
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {what,-24} {report.Rows,6:N0} customers, {report.BaseRate:p1} yes: AUC {report.Model.Auc:f4} ({report.Auc.Low:f4} to {report.Auc.High:f4}), Brier {report.Model.Brier:f4}, calibration error {report.Model.CalibrationError:f4}"));
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {"recency, orders, spend",-24} {"",30} AUC {report.Peer.Auc:f4} (lead {report.Model.Auc - report.Peer.Auc:f4}, {report.Lead.Low:f4} to {report.Lead.High:f4}), Brier {report.Peer.Brier:f4}, calibration error {report.Peer.CalibrationError:f4}"));
}
