using ModelOps.Features.Tables;
using ModelOps.Trainer.Campaigns;
using ModelOps.Trainer.Campaigns.Evaluation;
using ModelOps.Trainer.Campaigns.Learners;
using ModelOps.Trainer.Campaigns.Uplift;
using ModelOps.Trainer.Trees;

namespace ModelOps.Bench.Campaigns;

internal static class Hillstrom
{
    public static void Explore()
    {
        var table = CsvTable.Read("hillstrom/campaign.csv", ",");
        string[] names = ["recency", "history_segment", "history", "mens", "womens", "zip_code", "newbie", "channel"];
        var treated = table.Column("segment").Select(segment => segment != "No E-Mail").ToArray();
        var visits = table.Column("visit").Select(visit => visit == "1" ? 1f : 0).ToArray();
        string[] noSegment = [.. names.Where(name => name != "history_segment")];
        foreach (var columns in new[] { names, noSegment })
        {
            Console.WriteLine(string.Join(",", columns));
            IUpliftLearner[] learners =
            [
                new TwoModels(new LogisticLearner(1)),
                new TwoModels(new LogisticLearner(100)),
                new InteractionLogistic(1, 1), new InteractionLogistic(1, 30), new InteractionLogistic(1, 100), new InteractionLogistic(1, 300), new InteractionLogistic(1, 1000),new InteractionLogistic(1, 3000),
                new XLearner(new LogisticLearner(), new RidgeLearner(30)),
                new DrLearner(new LogisticLearner(), new RidgeLearner(100)), new DrLearner(new LogisticLearner(), new RidgeLearner(1000)),
                new DrLearner(new LogisticLearner(), new TreesLearner(new BoosterOptions { Objective = "regression", Rounds = 60, LearningRate = .03, Leaves = 4, RowsInLeaf = 500, ColumnShare=.5, RowShare=.5 })),
                new DrLearner(new LogisticLearner(), new TreesLearner(new BoosterOptions { Objective = "regression", Rounds = 150, LearningRate = .03, Leaves = 4, RowsInLeaf = 500, ColumnShare=.5, RowShare=.5 })),
                new TwoModels(new TreesLearner(new BoosterOptions { Rounds = 60, LearningRate = .05, Leaves = 6, RowsInLeaf = 200 })),
            ];
            var schema = table.Learn(columns, [.. Enumerable.Range(0, visits.Length)]);
            var rows = new UpliftRows(table.Encode(schema), treated, visits);
            foreach (var learner in learners)
            {
                var all = new List<(double, double, double, double)>();
                for (var seed = 1; seed <= 3; seed++)
                    foreach (var (train, test) in Folds.Of(rows.Count, 5, seed))
                    {
                        var asked = rows.Take(test);
                        var scores = learner.Learn(rows.Take(train), seed).Predict(asked.Table);
                        UpliftCase[] cases = [.. scores.Select((score, i) => new UpliftCase(score, asked.Treated[i], asked.Outcomes[i]))];
                        var curve = UpliftCurve.Of(cases);
                        all.Add((curve.QiniValue, curve.AuucOverRandom, curve.Auuc, UpliftCurve.At(cases, .1)));
                    }
                Console.WriteLine($"{learner.Name,-60} qini {all.Average(a => a.Item1):f5} auuc {all.Average(a => a.Item2):f5} {all.Average(a => a.Item3):f5} u10 {all.Average(a => a.Item4):f4}");
            }
        }
    }
}
