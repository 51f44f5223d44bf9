using CsCheck;
using ModelOps.Features;

namespace ModelOps.Trainer.Tests.Features;

public class SequenceEncoderTests
{
    private static readonly Vocabulary Vocabulary = new(["a", "b", "c", "d"]);

    [Fact]
    public void Encode_ShortHistory_IsPaddedOnTheLeft()
    {
        var row = new long[5];
        var filled = new SequenceEncoder(Vocabulary, 5).Encode(["a", "unknown", "b", "b", "d"], row);
        Assert.Equal([0, 0, 1, 2, 4], row);
        Assert.Equal(3, filled);
    }

    [Fact]
    public void Encode_AnyHistory_EqualsTheNaiveEncoding() =>
        Gen.Select(Gen.Int[0, 4].Array[0, 30], Gen.Int[1, 12]).Sample((history, length) =>
        {
            var row = new long[length];
            new SequenceEncoder(Vocabulary, length).Encode(history, row);
            Assert.Equal(Naive(history, length), row);

            var ids = history.Select(index => index == 0 ? "unknown" : Vocabulary[index]).ToArray();
            new SequenceEncoder(Vocabulary, length).Encode(ids, row);
            Assert.Equal(Naive(history, length), row);
        });

    private static long[] Naive(int[] history, int length)
    {
        var known = history.Where(index => index != 0).ToList();
        var distinct = known.Where((index, i) => i == 0 || known[i - 1] != index).Select(index => (long)index).TakeLast(length).ToList();
        return [.. Enumerable.Repeat(0L, length - distinct.Count), .. distinct];
    }

    [Fact]
    public void Encode_RowOfAnotherLength_IsRefused() =>
        Assert.Throws<ArgumentException>(() => new SequenceEncoder(Vocabulary, 3).Encode(["a"], new long[4]));

    [Fact]
    public void Vocabulary_IdTwice_IsRefused() => Assert.Throws<InvalidDataException>(() => new Vocabulary(["a", "a"]));
}
