using System.Globalization;
using ModelOps.Features.Tables;
using ModelOps.Trainer.Campaigns;
using ModelOps.Trainer.Campaigns.Evaluation;
using ModelOps.Trainer.Campaigns.Learners;
using ModelOps.Trainer.Campaigns.Responses;
using ModelOps.Trainer.Trees;

namespace ModelOps.Bench.Campaigns;

/// <summary>
/// Who says yes on the phone: trained on the first four fifths in time, asked about the last. Numbers that say when instead of whom are left
/// out by <see cref="TimeColumns"/>, newer rows count more, a linear model and small trees are averaged.
/// </summary>
internal static class BankMarketing
{
    private const int HalfLife = 3000;

    public static void Run()
    {
        var table = CsvTable.Read("bank-marketing/bank-additional.csv", ";");
        var said = table.Column("y").Select(text => text == "yes" ? 1f : 0).ToArray();
        string[] names = [.. table.Names.Where(name => name is not ("y" or "duration"))]; // the duration of a call leaks its end
        int[] all = [.. Enumerable.Range(0, said.Length)];
        var cut = said.Length * 4 / 5;
        var times = TimeColumns.Of(table.Encode(table.Learn(names, all[..cut])).Take(all[..cut]));
        Console.WriteLine($"bank-marketing: {said.Length:N0} calls; say when, not whom: {string.Join(", ", times)}");
        var drift = BaseRateDrift.Of(said[..cut], true)!;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  training: {drift.Earlier:p1} said yes, {drift.Later:p1} in its last fifth ({drift.Deviations:f1} standard errors); test: {said[cut..].Average():p1}"));
        string[] kept = [.. names.Except(times)];
        var everything = table.Encode(table.Learn(names, all[..cut]));
        var asServed = new ResponseTraining(new CampaignParameters(), isOrdered: true).Train("phone", everything.Take(all[..cut]), said[..cut]);
        Report($"as the application chooses: {asServed.Settings.Learner}", asServed.Response.Predict(everything.Take(all[cut..])));
        foreach (var (name, columns, learner, halfLife) in ((string, string[], ILearner, int)[])
        [
            ("mean, without time columns", kept, Learner(), HalfLife), ("mean, without time columns, all rows alike", kept, Learner(), 0),
            ("logistic, without time columns", kept, new LogisticLearner(3), HalfLife), ("mean, all columns", names, Learner(), HalfLife), ("trees, all columns, all rows alike", names, Trees(), 0),
        ])
        {
            var rows = table.Encode(table.Learn(columns, all[..cut]));
            var probabilities = learner.Learn(rows.Take(all[..cut]), said[..cut], halfLife > 0 ? RecencyWeights.Of(cut, halfLife) : null, 1).Predict(rows.Take(all[cut..]));
            Report(name, probabilities);
        }

        void Report(string name, double[] probabilities) => Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"  {name,-75} last fifth: AUC {BinaryMetrics.Auc(probabilities, said[cut..]):f4}, AUPR {BinaryMetrics.AveragePrecision(probabilities, said[cut..]):f4}, calibration error {BinaryMetrics.CalibrationError(probabilities, said[cut..]):f4}"));
    }

    private static MeanLearner Learner() => new([new LogisticLearner(3), new LogisticLearner(3), Trees(), Trees()]);

    private static TreesLearner Trees() => new(new BoosterOptions { Rounds = 150, Leaves = 4, LearningRate = .05, RowsInLeaf = 50, ColumnShare = .5, RowShare = .8, Ridge = 1 }, asCategories: false);
}
