using ModelOps.Bench.Drift;
using ModelOps.Contracts.Drift;
using ModelOps.Monitor.Drift;
using ModelOps.Monitor.Drift.Profiles;

namespace ModelOps.Tests.Monitor.Drift;

public sealed class DriftJudgeTests
{
    [Fact]
    public void Decide_ByBenjaminiAndHochberg()
    {
        var decided = DriftJudge.Decide([.. new[] { .02, .001, .8, .02 }.Select(Finding)], .05);

        Assert.Equal([.004, .02 * 4 / 3, .02 * 4 / 3, .8], decided.Select(finding => finding.AdjustedProbability), (one, other) => Math.Abs(one - other) < 1e-12);
        Assert.Equal([true, true, true, false], decided.Select(finding => finding.IsDrifted));
        Assert.False(Assert.Single(DriftJudge.Decide([Finding(1e-9) with { Value = .09 }], .05)).IsDrifted); // sure, and small
    }

    /// <summary>What is far for days that are alike is nothing for days that differ.</summary>
    [Fact]
    public void Probability_IsThatOfTheReferencesOwnDays()
    {
        double[] alike = [.10, .11, .09, .10, .105, .095, .10, .11, .09, .10, .1, .1], unlike = [.10, .30, .05, .20, .08, .25, .04, .15, .1, .3, .06, .2];

        Assert.InRange(DriftJudge.Probability(.3, alike, .01, 42), 0, 1e-4);
        Assert.InRange(DriftJudge.Probability(.3, unlike, .01, 42), .05, 1);
        Assert.InRange(DriftJudge.Probability(.002, [.001, .0001, .0002, .001, .0003, .0001, .0002, .0001, .0004, .0005], .01, 42), .4, .6); // all nothing
    }

    [Fact]
    public void Compare_ScoresOfAnswers_ThatMove_AreADrift()
    {
        var random = new Random(1);
        var reference = new Reference([.. Enumerable.Range(0, 28).Select(day => Answers(day, 3))]);

        Assert.Equal((false, true), (Moves(3), Moves(2)));

        bool Moves(double middle) => DriftJudge.Decide([.. DriftJudge.Compare(reference, [Answers(28, middle)], measure => measure.IsOfAnswers, new DriftOptions())], .001)
            .Single(finding => finding.Measure == "shown_score").IsDrifted;

        DayProfile Answers(int day, double middle)
        {
            var builder = new ProfileBuilder(new DateOnly(2026, 1, 1).AddDays(day), new HashSet<string>());
            for (var shopper = 0; shopper < 300; shopper++)
                builder.Add(new ShownAnswer([new ShownItem("p", null, .5)], middle * Math.Exp(random.NextDouble() - .5)));
            return builder.Build();
        }
    }

    private static DriftFinding Finding(double probability) => new("category", "all", 1, "t", .5, .1, .1, probability, 1, false, 1000, 1000, []);
}

/// <summary>A small part of <c>bench/drift</c>, with the defaults. The seeds are fixed: these are numbers, not chances.</summary>
public sealed class DriftTrialTests
{
    [Fact]
    public void Watch_ThirtyQuietDays_AlarmsNever() => Assert.DoesNotContain(new DriftTrial(1, 200).Watch(30, Shift.None), reasons => reasons.Count > 0);

    public static TheoryData<string> Shifts => new("taste: two fifths", "catalogue: three tenths", "prices x 100 in all", "bots: one in twenty");

    [Theory]
    [MemberData(nameof(Shifts))]
    public void Watch_AfterAShift_SaysWhatMoved(string name)
    {
        var reasons = new DriftTrial(1, 200) { ReferenceDays = 28 }.Watch(3, Shift.All.Single(shift => shift.Name == name)).SelectMany(day => day).ToList();

        Assert.Contains(reasons, reason => reason.StartsWith(name.Split(' ', ':')[0] switch { "taste" => "category", "catalogue" => "unknown_product", "prices" => "price", _ => "busy_shopper" }, StringComparison.Ordinal));
    }
}
