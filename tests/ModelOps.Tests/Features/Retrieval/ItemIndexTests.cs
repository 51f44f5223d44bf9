using ModelOps.Features.Retrieval;

namespace ModelOps.Tests.Features.Retrieval;

public sealed class ItemIndexTests : IDisposable
{
    private readonly RandomIndex random = new(1, items: 300, dimensions: 8, lists: 32);

    [Fact]
    public void Open_Written_IsAsItWasMade()
    {
        using var index = ItemIndex.Open(random.Path);

        Assert.Equal((300, 8, 32, 100), (index.Items, index.Dimensions, index.Lists, index.Depth));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(1000)]
    public void Open_Truncated_IsRefusedByName(int length)
    {
        File.WriteAllBytes(random.Path, File.ReadAllBytes(random.Path)[..length]);

        AssertRefused();
    }

    [Fact]
    public void Open_LastByteMissing_IsRefusedByName()
    {
        File.WriteAllBytes(random.Path, File.ReadAllBytes(random.Path)[..^1]);

        AssertRefused();
    }

    [Fact]
    public void Open_SomethingElse_IsRefusedByName()
    {
        var garbage = new byte[100_000];
        new Random(1).NextBytes(garbage);
        File.WriteAllBytes(random.Path, garbage);

        AssertRefused();
    }

    /// <summary>Wherever numbers say how long something is or where it lies: no search may leave the file.</summary>
    [Fact]
    public void Open_AnyNumberOfItsStructureAltered_IsRefusedByName()
    {
        var whole = File.ReadAllBytes(random.Path);
        IndexLayout layout;
        using (var index = ItemIndex.Open(random.Path))
            layout = index.Layout;
        long[] places = [8, 12, 16, 20, layout.Starts, layout.Starts + 4, layout.Starts + 4 * 32, layout.Places, layout.Places + 4];
        foreach (var place in places)
        {
            foreach (var value in new[] { -1, int.MaxValue, int.MinValue })
            {
                var altered = (byte[])whole.Clone();
                BitConverter.TryWriteBytes(altered.AsSpan((int)place), value);
                File.WriteAllBytes(random.Path, altered);
                AssertRefused();
            }
        }
    }

    [Fact]
    public void Open_NeverMeasured_IsRefused()
    {
        IndexWriter.Settle(random.Path, float.NaN, 100);

        AssertRefused();
    }

    private void AssertRefused() => Assert.Contains("items.index", Assert.Throws<InvalidDataException>(() => ItemIndex.Open(random.Path)).Message, StringComparison.Ordinal);

    public void Dispose() => random.Dispose();
}
