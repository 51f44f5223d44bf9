using ModelOps.Trainer.Evaluation;
using ModelOps.Trainer.Training;

namespace ModelOps.Trainer.Tests.Evaluation;

public class EvaluationTests
{
    [Fact]
    public void LeaveOneOut_TakesTheLastTwoRunsOfItems()
    {
        var interactions = Shop.Of(5, [Items(1, 2, 3, 4, 5, 5), Items(1, 2, 3), Items(1)]);
        var (_, validation, test) = LeaveOneOut.Split(interactions);
        Assert.Equal([4, 2, 1], test.Known);
        Assert.Equal([(0, 5), (1, 3)], test.Cases.Select(@case => (@case.User, @case.Relevant.Single())));
        Assert.Equal([3, 2, 1], validation.Known);
        Assert.Equal([(0, 4)], validation.Cases.Select(@case => (@case.User, @case.Relevant.Single())));
    }

    [Fact]
    public void LeaveOneOut_Strict_LooksAtTheValidationItemButNeverLearnsFromIt()
    {
        var interactions = Shop.Of(5, [Items(1, 2, 3, 4, 5), Items(1, 2, 3), Items(1)]);
        var (protocol, validation, test) = LeaveOneOut.Split(interactions, strict: true);
        Assert.Equal(LeaveOneOut.Strict, protocol);
        Assert.Equal([4, 2, 1], test.Known);
        Assert.Equal(validation.Learned, test.Learned);
        Assert.Equal([3, 2, 1], test.Learned);
        Assert.Equal(0, test.ItemCounts(interactions)[4]);
    }

    [Fact]
    public void NewSessions_TheNewestAreAskedAndNothingIsLearnedFromThem()
    {
        // Session i begins at i hours and holds the items 1 to 3 and 4; the last tenth is the test, a tenth of the rest the validation.
        var interactions = Shop.Of(5, Enumerable.Range(0, 20).Select(session => Enumerable.Range(0, 4)
            .Select(step => new Interaction(step + 1, true, session * 3600 + step)).ToArray()));
        var (_, validation, test) = NewSessions.Split(interactions, testFrom: null);

        Assert.Equal([18, 19], test.Cases.Select(@case => @case.User));
        Assert.Equal([17], validation.Cases.Select(@case => @case.User));
        Assert.All(test.Cases, @case => Assert.Equal((4, 3, 0), (@case.Relevant.Single(), test.Known[@case.User], test.Learned[@case.User])));
        Assert.Equal([17, 18, 19], Enumerable.Range(0, 20).Where(user => validation.Learned[user] == 0));
        Assert.Equal([18, 19], Enumerable.Range(0, 20).Where(user => test.Learned[user] == 0));
    }

    [Fact]
    public void NewSessions_AMoment_SplitsThere()
    {
        var interactions = Shop.Of(5, Enumerable.Range(0, 20).Select(session => Items(1, 2).Select(one => one with { Seconds = session * 3600 }).ToArray()));
        var test = NewSessions.Split(interactions, DateTime.UnixEpoch.AddHours(15)).Test;
        Assert.Equal([15, 16, 17, 18, 19], test.Cases.Select(@case => @case.User));
    }

    [Fact]
    public void NextPeriod_AsksKnownShoppersForWhatTheyChose()
    {
        const long day = 86_400;
        var start = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds();
        Interaction At(int item, int days, bool counted = true) => new(item, counted, start + days * day);
        var interactions = Shop.Of(5, [[At(1, 0), At(2, 12), At(3, 22), At(3, 23), At(1, 24), At(4, 25, counted: false)], [At(5, 21)]]);
        var (_, validation, test) = NextPeriod.Split(interactions, 10, new DateTime(2026, 1, 21));
        Assert.Equal([2, 0], test.Known);
        Assert.Equal([1, 3], Assert.Single(test.Cases).Relevant);
        Assert.Equal([2], Assert.Single(validation.Cases).Relevant);
        Assert.Equal(0.5, test.RepeatRate(interactions));
    }

    [Fact]
    public void Choose_NobodyComesBackAfterAGap_LeavesOneOut()
    {
        const long year = 365 * 86_400;
        var longAgo = Enumerable.Range(0, 60).Select(_ => Items(1, 2, 3, 4)).ToArray();
        var interactions = Shop.Of(5, [.. longAgo, [new Interaction(5, true, 3 * year), new Interaction(1, true, 3 * year + 1)]]);

        Assert.Equal(LeaveOneOut.Name, Holdouts.Choose(new TrainingParameters(), interactions, hasClock: true).Protocol);
        Assert.Equal(NextPeriod.Name, Holdouts.Choose(new TrainingParameters { Protocol = NextPeriod.Name }, interactions, hasClock: true).Protocol);
    }

    [Fact]
    public void Evaluate_ScorerThatKnowsTheAnswer_IsPerfect()
    {
        var interactions = Shop.Circle();
        var test = LeaveOneOut.Split(interactions).Test;
        var answers = test.Cases.ToDictionary(@case => @case.User, @case => @case.Relevant.Single());
        var metrics = new Evaluator(interactions, test, excludeSeen: false).Evaluate(new Oracle(answers, interactions.Vocabulary.Count + 1));
        Assert.All(RankingMetrics.All.Values, metric => Assert.Equal(1, metric(metrics)));
    }

    private static Interaction[] Items(params int[] items) => [.. items.Select((item, i) => new Interaction(item, true, i))];

    private sealed class Oracle(Dictionary<int, int> answers, int columns) : IScorer
    {
        public void Score(ReadOnlySpan<int> users, Span<float> rows)
        {
            rows.Clear();
            for (var i = 0; i < users.Length; i++)
                rows[i * columns + answers[users[i]]] = 1;
        }
    }
}
