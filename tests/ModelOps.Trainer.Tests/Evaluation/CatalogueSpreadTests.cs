using CsCheck;
using ModelOps.Trainer.Evaluation;

namespace ModelOps.Trainer.Tests.Evaluation;

public class CatalogueSpreadTests
{
    /// <summary>
    /// Counts 4, 2, 1, 1 of 8 (1, 2, 3 and 3 bits) and an item that nobody knows. Shown 2, 1, 0 and 1 times: coverage 3/4,
    /// novelty (2·1 + 1·2 + 1·3) / 4, Gini of 0, 1, 1, 2: (−3·0 − 1·1 + 1·1 + 3·2) / (4·4).
    /// </summary>
    [Fact]
    public void Of_HandWorkedCase_HasItsValues() =>
        Assert.Equal(new CatalogueSpread(0.75, 1.75, 0.375), CatalogueSpread.Of([[1, 2], [1, 4]], [0, 4, 2, 1, 1, 0]));

    [Fact]
    public void Of_TheSameItemForEveryone_IsAsUnequalAsCanBe() =>
        Assert.Equal(new CatalogueSpread(0.25, 2, 0.75), CatalogueSpread.Of([[3], [3], [3]], [0, 5, 5, 5, 5]));

    [Fact]
    public void Of_EachItemEquallyOften_IsEqual() =>
        Assert.Equal(new CatalogueSpread(1, 2, 0), CatalogueSpread.Of([[1, 2], [3, 4]], [0, 5, 5, 5, 5]));

    [Fact]
    public void Of_NothingRecommended_IsZero() => Assert.Equal(new CatalogueSpread(0, 0, 0), CatalogueSpread.Of([[], []], [0, 1, 1]));

    [Fact]
    public void Of_AnyLists_StaysInBoundsWhateverTheOrder() =>
        Gen.Select(Gen.Int[1, 12].Array[0, 15].Array[1, 20], Gen.Int[0, 9].Array[12]).Sample((lists, counts) =>
        {
            int[] itemCounts = [0, .. counts];
            var spread = CatalogueSpread.Of(lists, itemCounts);
            Assert.InRange(spread.Coverage, 0, 1);
            Assert.InRange(spread.Gini, -1e-12, 1);
            Assert.InRange(spread.Novelty, 0, Math.Log2(Math.Max(1, counts.Sum())) + 1e-12);
            var other = CatalogueSpread.Of(lists.Reverse(), itemCounts);
            Assert.Equal(spread, other);
        });
}
