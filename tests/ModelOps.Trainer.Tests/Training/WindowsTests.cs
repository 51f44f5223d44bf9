using CsCheck;
using ModelOps.Trainer.Training;

namespace ModelOps.Trainer.Tests.Training;

public class WindowsTests
{
    [Fact]
    public void Batches_AnyHistories_AskForEachItemAfterTheFirstOnce() =>
        Gen.Select(Gen.Int[1, 9].Array[0, 40].Array[1, 12], Gen.Int[2, 8], Gen.Int[1, 5]).Sample((users, length, size) =>
        {
            var interactions = Shop.Of(9, users.Select(items => items.Select(item => new Interaction(item, true, 0)).ToArray()));
            var asked = new List<(long Input, long Target)>();
            foreach (var batch in new ModelOps.Trainer.Training.Windows(interactions, interactions.Everything(), length).Batches(size, seed: 3))
            {
                Assert.InRange(batch.Columns, 1, length);
                asked.AddRange(batch.Inputs.Zip(batch.Targets).Where(pair => pair.Second != 0));
            }
            var pairs = Enumerable.Range(0, users.Length).SelectMany(user =>
            {
                var items = interactions.Sequence(user, users[user].Length);
                return items.Skip(1).Select((target, i) => ((long)items[i], (long)target));
            });
            Assert.Equal(pairs.Order(), asked.Order());
        });

    [Fact]
    public void Batches_EventsAlike_HaveNoWeights() =>
        Assert.All(Batches([[new(1, true, 0), new(2, true, 5)]], halfLifeDays: null), batch => Assert.Null(batch.Weights));

    [Fact]
    public void Batches_WeightsByEvent_StandBesideTheirTargets()
    {
        Interaction[] views = [new(1, false, 0) { Weight = 0.2f }, new(2, false, 1) { Weight = 0.2f }, new(2, true, 2), new(3, false, 3) { Weight = 0.2f }];
        var batch = Assert.Single(Batches([views, [new(4, true, 0), new(5, true, 1)]], halfLifeDays: null));
        Assert.Equal([(2, 1f), (3, 0.2f), (5, 1f)], Targets(batch)); // 2 was viewed and then bought: the more counts
    }

    [Fact]
    public void Batches_HalfLife_HalvesWithEachOfIt()
    {
        const long day = 86_400;
        var batch = Assert.Single(Batches([[new(1, true, 0), new(2, true, 0), new(3, true, 10 * day), new(4, true, 20 * day)]], halfLifeDays: 10));
        Assert.Equal([(2, 0.25f), (3, 0.5f), (4, 1f)], Targets(batch));
    }

    private static Batch[] Batches(Interaction[][] users, double? halfLifeDays)
    {
        var interactions = Shop.Of(9, users);
        return [.. new ModelOps.Trainer.Training.Windows(interactions, interactions.Everything(), 5, halfLifeDays).Batches(10, seed: 3)];
    }

    private static IEnumerable<(int, float)> Targets(Batch batch) =>
        batch.Targets.Zip(batch.Weights!).Where(pair => pair.First > 0).Select(pair => ((int)pair.First, pair.Second)).Order();

    [Theory]
    [InlineData(7, 3)]
    [InlineData(2, 2)]
    [InlineData(2, 5)]
    public void Part_AnyNumberOfParts_TakesEachRowOnceWhileThereAreRows(int rows, int parts)
    {
        var batch = new Batch([.. Enumerable.Range(0, rows * 2).Select(value => (long)value)], [.. Enumerable.Range(100, rows * 2).Select(value => (long)value)], [.. Enumerable.Range(0, rows * 2).Select(value => value / 10f)], rows, 2);
        var taken = Enumerable.Range(0, parts).Select(part => batch.Part(part, parts)).ToList();
        Assert.Equal(batch.Inputs, taken.Take(rows).SelectMany(part => part.Inputs));
        Assert.Equal(batch.Weights!, taken.Take(rows).SelectMany(part => part.Weights!));
        Assert.Equal(batch.Targets, taken.Take(rows).SelectMany(part => part.Targets));
        Assert.All(taken, part => Assert.True(part.Rows > 0 && part.Inputs.Length == part.Rows * 2));
    }
}
