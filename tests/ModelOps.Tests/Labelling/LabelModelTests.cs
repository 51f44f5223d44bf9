using CsCheck;
using ModelOps.DataPrep.Labelling;

namespace ModelOps.Tests.Labelling;

public sealed class LabelModelTests
{
    private const int Labels = 4;

    private static readonly Gen<int[]> Functions = Gen.Int[0, Labels - 1].Array[2, 8];

    /// <summary>The same functions as fired, for rows of each pattern, some with the truth.</summary>
    private static Gen<VotePattern[]> Patterns(int functions) =>
        Gen.Select(Gen.Bool.Array[functions], Gen.Int[-1, Labels - 1], Gen.Int[1, 50]).Select((fired, truth, rows) =>
            new VotePattern([.. Enumerable.Range(0, functions).Where(f => fired[f])], truth, rows)).Array[1, 20];

    [Fact]
    public void Judge_WithEqualFunctions_IsTheMajority() => Functions.SelectMany(labelOf => Gen.Bool.Array[labelOf.Length].Select(fired => (labelOf, fired))).Sample(sample =>
    {
        int[] voted = [.. Enumerable.Range(0, sample.labelOf.Length).Where(f => sample.fired[f])];
        if (voted.Length == 0)
            return;
        var most = voted.GroupBy(f => sample.labelOf[f]).OrderByDescending(group => group.Count()).ThenBy(group => group.Key).First().Key;
        Assert.Equal(most, LabelModel.Majority(sample.labelOf, Labels).Judge(voted)[0].Label);
    });

    [Fact]
    public void Learn_DoesNotDependOnTheOrderOfFunctions() => Functions.SelectMany(labelOf => Gen.Select(Patterns(labelOf.Length), Gen.Shuffle(Enumerable.Range(0, labelOf.Length).ToArray())).Select((patterns, order) => (labelOf, patterns, order))).Sample(sample =>
    {
        var (labelOf, patterns, order) = sample;
        var at = order.Select((function, position) => (function, position)).ToDictionary(pair => pair.function, pair => pair.position);
        var moved = LabelModel.Learn([.. order.Select(f => labelOf[f])], Labels, [.. patterns.Select(p => p with { Functions = [.. p.Functions.Select(f => at[f]).Order()] })]);
        var learned = LabelModel.Learn(labelOf, Labels, patterns);
        for (var function = 0; function < labelOf.Length; function++)
            Assert.Equal(learned.Accuracy[function], moved.Accuracy[at[function]], 1e-6);
    });

    [Fact]
    public void Judge_GivesProbabilities() => Functions.SelectMany(labelOf => Patterns(labelOf.Length).Select(patterns => (labelOf, patterns))).Sample(sample =>
    {
        var model = LabelModel.Learn(sample.labelOf, Labels, sample.patterns);
        Assert.All(model.Accuracy, accuracy => Assert.InRange(accuracy, 0, 1));
        foreach (var pattern in sample.patterns)
        {
            var likely = model.Judge(pattern.Functions);
            Assert.InRange(likely.Sum(label => label.Probability), 0, 1 + 1e-9);
            Assert.All(likely.Zip(likely.Skip(1)), pair => Assert.True(pair.First.Probability >= pair.Second.Probability - 1e-9, "The likeliest comes first."));
        }
    });

    [Fact]
    public void Learn_FindsOutHowRightFunctionsAre_WithoutTheTruth()
    {
        // Two labels, six functions of known accuracy, votes drawn from it; nobody tells the model.
        double[] accuracy = [.95, .9, .8, .7, .6, .55];
        int[] labelOf = [0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1]; // each answers one way or the other
        var random = new Random(1);
        var patterns = Enumerable.Range(0, 20_000).Select(_ =>
        {
            var truth = random.Next(2);
            return string.Join(',', accuracy.Select((right, f) => random.NextDouble() < right ? truth * 6 + f : (1 - truth) * 6 + f).Order());
        }).GroupBy(votes => votes).Select(group => new VotePattern([.. group.Key.Split(',').Select(int.Parse)], -1, group.Count())).ToList();

        var learned = LabelModel.Learn(labelOf, 2, patterns);

        for (var function = 0; function < accuracy.Length; function++)
            Assert.Equal(accuracy[function], learned.Accuracy[function], .03);
        // The best two outvote three others.
        Assert.Equal(0, learned.Judge([0, 1, 2 + 6, 4 + 6, 5 + 6])[0].Label);
        Assert.Equal(1, LabelModel.Majority(labelOf, 2).Judge([0, 1, 2 + 6, 4 + 6, 5 + 6])[0].Label);
    }

    [Fact]
    public void Learn_BelievesPeople()
    {
        var learned = LabelModel.Learn([0, 1], 2, [new VotePattern([0], 1, 90), new VotePattern([0], 0, 10), new VotePattern([1], 1, 100)]);

        Assert.InRange(learned.Accuracy[0], .1, .2);
        Assert.InRange(learned.Accuracy[1], .95, 1);
        Assert.Equal(1, learned.Judge([0, 1])[0].Label);
    }
}
