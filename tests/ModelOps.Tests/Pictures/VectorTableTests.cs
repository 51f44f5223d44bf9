using CsCheck;
using ModelOps.Features;
using ModelOps.Pictures;

namespace ModelOps.Tests.Pictures;

public class VectorTableTests
{
    [Fact]
    public void Nearest_IsWhatSortingAllFinds() =>
        Gen.Select(Gen.Int[1, 60], Gen.Int[1, 9], Gen.Int[1, 70], Gen.Int[0, 1_000_000]).Sample((rows, dimensions, count, seed) =>
        {
            var random = new Random(seed);
            var vectors = Enumerable.Range(0, rows * dimensions).Select(_ => (float)random.Next(-3, 4)).ToArray(); // with equals
            var query = Enumerable.Range(0, dimensions).Select(_ => (float)random.Next(-3, 4)).ToArray();
            bool IsAllowed(int row) => (row + seed) % 3 != 0;
            var best = new RankedItem[count];
            var found = new VectorTable(vectors, dimensions).Nearest(query, IsAllowed, best);
            var expected = vectors.Chunk(dimensions).Select((vector, row) => (Row: row, Score: vector.Zip(query, (a, b) => a * b).Sum()))
                .Where(row => IsAllowed(row.Row)).OrderByDescending(row => row.Score).ThenBy(row => row.Row).Take(count);
            return best[..found].Select(item => (item.Index, item.Score)).SequenceEqual(expected);
        }, threads: 1);

    [Fact]
    public void Write_Read_TheSame_OtherSizeRefused()
    {
        var path = Path.GetTempFileName();
        try
        {
            new VectorTable([1, 2, 3, 4, 5, 6], 3).Write(path);
            Assert.Equal([4, 5, 6], VectorTable.Read(path, 2, 3).Of(1).ToArray());
            Assert.Throws<InvalidDataException>(() => VectorTable.Read(path, 3, 3));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Normalise_LengthOne_NothingStaysNothing()
    {
        float[] vector = [3, 4], nothing = [0, 0];
        VectorTable.Normalise(vector);
        VectorTable.Normalise(nothing);
        Assert.Equal([.6f, .8f], vector);
        Assert.Equal([0, 0], nothing);
    }
}
