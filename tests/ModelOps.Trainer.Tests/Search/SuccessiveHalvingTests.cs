using ModelOps.Contracts.Runs;
using ModelOps.Trainer.Search;

namespace ModelOps.Trainer.Tests.Search;

public class SuccessiveHalvingTests
{
    private static readonly SuccessiveHalving Halving = new(FirstPasses: 2, Reduction: 3, MostPasses: 30);

    [Fact]
    public void PassesAt_EachRung_HasReductionTimesThePassesUpToTheMost()
    {
        Assert.Equal(3, Halving.TopRung);
        Assert.Equal([2, 6, 18, 30], Enumerable.Range(0, 4).Select(Halving.PassesAt));
    }

    [Fact]
    public void Next_TwoOfThreeReachedTheRung_BeginsANewOne() => Assert.Null(Halving.Next([At(0, .1), At(1, .2)]));

    [Fact]
    public void Next_ThreeReachedTheRung_TheBestGoesOnOnce()
    {
        Trial[] trials = [At(0, .1), At(1, .3), At(2, .2)];
        Assert.Equal(1, Halving.Next(trials)!.Number);
        trials[1].Begin(1);
        Assert.Null(Halving.Next(trials));
    }

    [Fact]
    public void Next_SeveralMay_TheHighestRungIsFirst() =>
        Assert.Equal(2, Halving.Next([At(0, .5, .6), At(1, .4, .5), At(2, .3, .7), At(3, .9), At(4, .1), At(5, .1)])!.Number);

    [Fact]
    public void Next_AtTheTop_GoesNoFurther() => Assert.Null(new SuccessiveHalving(2, 3, 2).Next([At(0, .1), At(1, .2), At(2, .3)]));

    [Fact]
    public void Next_FailedOrRunningTrials_AreNotPromoted()
    {
        var failed = At(0, .9);
        failed.State = TrialState.Failed;
        Assert.Null(Halving.Next([failed, At(1, .2), At(2, .1)]));
    }

    /// <summary>Played with a known quality for each trial: the best gets all passes, most get the fewest.</summary>
    [Fact]
    public void Next_ManyTrials_SpendsThePassesOnTheBest()
    {
        var quality = Enumerable.Range(0, 81).Select(i => (double)(i * 37 % 81)).ToArray(); // a shuffle: each value once
        var trials = new List<Trial>();
        while (trials.Count < quality.Length)
        {
            if (Halving.Next(trials) is { } trial)
                Finish(trial.Begin(trial.Rung + 1));
            else
                trials.Add(Finish(new Trial { Id = Guid.NewGuid(), Number = trials.Count }.Begin(0)));
        }

        Assert.Equal(Halving.TopRung, trials.MaxBy(trial => quality[trial.Number])!.Rung);
        Assert.InRange(trials.Count(trial => trial.Rung == 0), 50, 60);
        Assert.InRange(trials.Count(trial => trial.Rung == Halving.TopRung), 1, 6);

        Trial Finish(Trial trial)
        {
            trial.Values = [.. trial.Values, quality[trial.Number]];
            trial.State = TrialState.Waiting;
            return trial;
        }
    }

    private static Trial At(int number, params double[] values)
    {
        var trial = new Trial { Id = Guid.NewGuid(), Number = number }.Begin(values.Length - 1);
        (trial.Values, trial.State) = (values, TrialState.Waiting);
        return trial;
    }
}
