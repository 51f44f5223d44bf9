using System.Globalization;
using ModelOps.Features.Tables;
using ModelOps.Trainer.Campaigns;
using ModelOps.Trainer.Campaigns.Evaluation;
using ModelOps.Trainer.Campaigns.Learners;
using ModelOps.Trainer.Campaigns.Uplift;

namespace ModelOps.Bench.Campaigns;

/// <summary>The e-mail for women against no e-mail, outcome: the visit. Five folds, three seeds; what is learned about columns too is learned in the fold.</summary>
internal static class Hillstrom
{
    private const int FoldCount = 5, Seeds = 3;
    private static readonly string[] Columns = ["recency", "history_segment", "history", "mens", "womens", "zip_code", "newbie", "channel"];

    public static void Run()
    {
        var table = CsvTable.Read("hillstrom/campaign.csv", ",");
        var treated = table.Column("segment").Select(segment => segment != "No E-Mail").ToArray();
        var visits = table.Column("visit").Select(visit => visit == "1" ? 1f : 0).ToArray();
        (string Name, IUpliftLearner Learner)[] learners =
        [
            ("two-models (peer)", new TwoModels(new LogisticLearner(1))),
            .. UpliftLearners.All.Skip(1).Select(name => (name, UpliftLearners.Of(name, isRate: true))),
        ];
        var cases = learners.Select(_ => new List<UpliftCase[]>()).ToArray();
        for (var seed = 1; seed <= Seeds; seed++)
        {
            foreach (var (train, test) in Folds.Of(visits.Length, FoldCount, seed))
            {
                var rows = new UpliftRows(table.Encode(table.Learn(Columns, train)), treated, visits);
                var (known, asked) = (rows.Take(train), rows.Take(test));
                for (var i = 0; i < learners.Length; i++)
                    cases[i].Add([.. learners[i].Learner.Learn(known, seed).Predict(asked.Table).Select((score, row) => new UpliftCase(score, asked.Treated[row], asked.Outcomes[row]))]);
            }
        }
        Console.WriteLine($"hillstrom: {visits.Length:N0} customers, {FoldCount} folds x {Seeds} seeds; mean of the folds, 95 % by bootstrap over the customers of each fold, the seeds apart: a little narrow, since they share customers");
        for (var i = 0; i < learners.Length; i++)
        {
            var interval = UpliftBootstrap.Of([cases[i]], 1)[0];
            var lead = i == 0 ? "" : Lead(UpliftBootstrap.Of([cases[i], cases[0]], 1)[1]);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"  {learners[i].Name,-20} Qini {cases[i].Average(one => UpliftCurve.Of(one).QiniValue):f5} ({interval.Low:f5} to {interval.High:f5}){lead}, AUUC {cases[i].Average(one => UpliftCurve.Of(one).Auuc):f4}, uplift in the first 10 % {cases[i].Average(one => UpliftCurve.At(one, .1)):f4}"));
        }
    }

    private static string Lead(Trainer.Evaluation.Interval lead) => string.Create(CultureInfo.InvariantCulture, $", lead over the peer {lead.Low:f5} to {lead.High:f5}");
}
