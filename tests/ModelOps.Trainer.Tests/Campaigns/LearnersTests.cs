using ModelOps.Features.Tables;
using ModelOps.Trainer.Campaigns;
using ModelOps.Trainer.Campaigns.Evaluation;
using ModelOps.Trainer.Campaigns.Learners;
using ModelOps.Trainer.Campaigns.Responses;
using ModelOps.Trainer.Campaigns.Uplift;
using ModelOps.Trainer.Trees;

namespace ModelOps.Trainer.Tests.Campaigns;

public sealed class LearnersTests
{
    private static readonly BoosterOptions Trees = new() { Rounds = 40 };

    public static TheoryData<string> Names() => [.. Learners.Keys];

    private static readonly Dictionary<string, ILearner> Learners = new()
    {
        ["logistic"] = new LogisticLearner(),
        ["ridge"] = new RidgeLearner(),
        ["trees"] = new TreesLearner(Trees),
        ["deep and cross"] = new CrossLearner(new CrossOptions(Passes: 5)),
        ["mean"] = new MeanLearner([new LogisticLearner(), new TreesLearner(Trees)]),
    };

    /// <summary>Every learner tells responders, and its graph gives the same numbers, for rows with missing and unknown values too.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Learn_WhoResponds_IsTold_AndExported(string name)
    {
        var rows = SmallCampaign.Rows(4000, 1, effect: .3);
        var learned = Learners[name].Learn(rows.Table, rows.Outcomes, null, 1);

        Assert.True(BinaryMetrics.Auc(learned.Predict(rows.Table), rows.Outcomes) > .6);
        var strange = rows with { Table = new TableRows(rows.Table.Schema, [.. rows.Table.Values.Select((value, i) => i % 7 == 0 ? float.NaN : i % 11 == 0 ? 400 : value)]) };
        UpliftLearnersTests.AssertExported(learned.Export, strange, learned.Predict(strange.Table));
    }

    /// <summary>Without a ridge the logistic model's probabilities add up to what happened, in every category.</summary>
    [Fact]
    public void Logistic_WithoutARidge_IsCalibratedInEveryCategory()
    {
        var rows = SmallCampaign.Rows(4000, 2, effect: .2);
        var probabilities = new LogisticLearner(1e-6).Learn(rows.Table, rows.Outcomes, null, 1).Predict(rows.Table);
        for (var kind = 0; kind < 2; kind++)
        {
            var those = Enumerable.Range(0, rows.Count).Where(row => rows.Table.Row(row)[0] == kind).ToList();
            Assert.Equal(those.Average(row => rows.Outcomes[row]), those.Average(row => probabilities[row]), 4);
        }
    }

    [Fact]
    public void TimeColumns_AreThoseThatChangeWithTimeAlone()
    {
        var random = new Random(1);
        var table = new TextTable(["rate", "age"], [.. Enumerable.Range(0, 2000).Select(row => new[] { $"{row / 400}", $"{random.Next(18, 80)}" })]);
        Assert.Equal(["rate"], TimeColumns.Of(table.Encode(table.Learn(table.Names, [.. Enumerable.Range(0, 2000)]))));
    }

    [Fact]
    public void BaseRateDrift_OfARisingRate_IsFound_AndOfASteadyOne_IsNot()
    {
        var random = new Random(2);
        Assert.True(BaseRateDrift.Of([.. Enumerable.Range(0, 5000).Select(row => random.NextDouble() < .05 + row / 25_000.0 ? 1f : 0)], true)!.HasDrifted);
        Assert.False(BaseRateDrift.Of([.. Enumerable.Range(0, 5000).Select(_ => random.NextDouble() < .1 ? 1f : 0)], true)!.HasDrifted);
    }

    [Fact]
    public void Simplest_IsTaken_UnlessAnotherIsClearlyBetter()
    {
        Assert.Equal("simple", ResponseTraining.Simplest(new Dictionary<string, double[]> { ["simple"] = [.70, .60, .65], ["large"] = [.71, .55, .72] }));
        Assert.Equal("large", ResponseTraining.Simplest(new Dictionary<string, double[]> { ["simple"] = [.70, .60, .65], ["large"] = [.75, .64, .71] }));
        Assert.Equal("simple", ResponseTraining.Simplest(new Dictionary<string, double[]> { ["simple"] = [], ["large"] = [] }));
    }

    [Fact]
    public void Folds_InTime_TestWhatComesAfter() =>
        Assert.All(Folds.Forward(100, 3, .4), part => Assert.True(part.Train.Max() < part.Test.Min()));

    [Fact]
    public void Folds_ByChance_TestEachRowOnce() =>
        Assert.Equal(Enumerable.Range(0, 103), Folds.Of(103, 5, 1).SelectMany(part => part.Test).Order());
}
