using System.Globalization;
using ModelOps.Features.Tables;
using ModelOps.Trainer.Campaigns;
using ModelOps.Trainer.Campaigns.Evaluation;
using ModelOps.Trainer.Campaigns.Learners;
using ModelOps.Trainer.Trees;

namespace ModelOps.Bench.Campaigns;

/// <summary>Whether a session ends in a purchase: boosted trees of several shapes and deep and cross networks, five folds, three seeds. Rows have no order.</summary>
internal static class OnlineShoppers
{
    private const int FoldCount = 5, Seeds = 3;
    private static readonly string[] Codes = ["OperatingSystems", "Browser", "Region", "TrafficType"];

    public static void Run()
    {
        var table = WithRatios(CsvTable.Read("online-shoppers/online_shoppers_intention.csv", ";"));
        string[] names = [.. table.Names.Where(name => name != "Revenue")];
        var bought = table.Column("Revenue").Select(text => bool.Parse(text!) ? 1f : 0).ToArray();
        var kinds = Codes.ToDictionary(name => name, _ => ColumnKind.Category);
        var learner = Learner();
        var (auc, precision, calibration) = (new List<double>(), new List<double>(), new List<double>());
        for (var seed = 1; seed <= Seeds; seed++)
        {
            foreach (var (train, test) in Folds.Of(bought.Length, FoldCount, seed))
            {
                var rows = table.Encode(table.Learn(names, train, kinds));
                var probabilities = learner.Learn(rows.Take(train), [.. train.Select(row => bought[row])], null, seed).Predict(rows.Take(test));
                float[] labels = [.. test.Select(row => bought[row])];
                auc.Add(BinaryMetrics.Auc(probabilities, labels));
                precision.Add(BinaryMetrics.AveragePrecision(probabilities, labels));
                calibration.Add(BinaryMetrics.CalibrationError(probabilities, labels));
            }
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"online-shoppers: {bought.Length:N0} sessions, {FoldCount} folds x {Seeds} seeds: AUC {auc.Average():f4}, AUPR {precision.Average():f4}, calibration error {calibration.Average():f4}; standard error over folds {Error(auc):f4}, {Error(precision):f4}"));
    }

    /// <summary>Trees of few, of many and of most leaves, with categories as sets and as numbers, three of each; and, counting a third, four deep and cross networks.</summary>
    private static MeanLearner Learner()
    {
        TreesLearner[] shapes =
        [
            new(new BoosterOptions { Rounds = 200, Leaves = 8, LearningRate = .03, RowShare = .8, Ridge = 1 }),
            new(new BoosterOptions { Rounds = 150, Leaves = 16, LearningRate = .03, RowShare = .8, ColumnShare = .8, Ridge = 1 }),
            new(new BoosterOptions { Rounds = 150, Leaves = 16, LearningRate = .03, RowShare = .8, ColumnShare = .8, Ridge = 1 }, asCategories: false),
            new(new BoosterOptions { Rounds = 130, Leaves = 31, LearningRate = .03, RowShare = .8, ColumnShare = .8, Ridge = 1 }),
        ];
        var trees = new MeanLearner([.. shapes, .. shapes, .. shapes]);
        var networks = new MeanLearner([new CrossLearner(), new CrossLearner(), new CrossLearner(), new CrossLearner()]);
        return new MeanLearner([trees, trees, networks]);
    }

    /// <summary>What trees cannot say in a few splits: seconds a page, pages and seconds in all, what pages lead to, and how often a visit ends there.</summary>
    private static TextTable WithRatios(TextTable table)
    {
        var place = table.Names.Index().ToDictionary(pair => pair.Item, pair => pair.Index);
        string[] kinds = ["Administrative", "Informational", "ProductRelated"];
        return new TextTable(
            [.. table.Names, .. kinds.Select(kind => $"{kind} seconds a page"), "pages", "seconds", "PageValues x pages", "exits less bounces", "exits x pages"],
            [.. table.Values.Select(row =>
            {
                double Of(string name) => double.Parse(row[place[name]]!, CultureInfo.InvariantCulture);
                double[] more =
                [
                    .. kinds.Select(kind => Of($"{kind}_Duration") / Math.Max(1, Of(kind))), kinds.Sum(Of), kinds.Sum(kind => Of($"{kind}_Duration")),
                    Of("PageValues") * Of("ProductRelated"), Of("ExitRates") - Of("BounceRates"), Of("ExitRates") * Of("ProductRelated"),
                ];
                return row.Concat(more.Select(value => value.ToString("R", CultureInfo.InvariantCulture))).ToArray();
            })]);
    }

    private static double Error(List<double> values) => Math.Sqrt(values.Sum(value => Math.Pow(value - values.Average(), 2)) / (values.Count - 1) / values.Count);
}
