using ModelOps.Features;
using ModelOps.Trainer.Architectures;
using ModelOps.Trainer.Imports;

namespace ModelOps.Trainer.Tests.Imports;

public sealed class ImportedNetworkTests : IDisposable
{
    private readonly Folder folder = new();

    public ImportedNetworkTests()
    {
        SafeTensorsFile.Write(Path.Combine(folder.Path, ImportFiles.Weights), new BertConfig(Items: 4, Length: 3, Dimensions: 4, Blocks: 1, Heads: 2, Inner: 16, "gelu", 0));
        File.WriteAllText(Path.Combine(folder.Path, ImportFiles.Architecture), """{"length":3,"dimensions":4,"blocks":1,"heads":2}""");
    }

    [Fact]
    public void Load_ItemsInAnotherOrder_ScoreAsTheyDid()
    {
        using var own = ImportedNetwork.Load(folder.Path, new Vocabulary(["1", "2", "3", "4"]));
        using var other = ImportedNetwork.Load(folder.Path, new Vocabulary(["4", "2", "1", "3"]));
        var (expected, actual) = (Scores(own, 0, 3, 1), Scores(other, 0, 4, 3)); // the history 3, 1 in each order
        int[] places = [3, 2, 4, 1];
        for (var item = 1; item <= 4; item++)
            Assert.Equal(expected[item], actual[places[item - 1]], 1e-5f);
    }

    [Fact]
    public void Load_ItemThatTheNetworkNeverSaw_ScoresAsTheMean()
    {
        File.WriteAllLines(Path.Combine(folder.Path, ImportFiles.Items), ["a", "b", "c", "d"]);
        using var network = ImportedNetwork.Load(folder.Path, new Vocabulary(["a", "b", "c", "d", "new"]));
        var scores = Scores(network, 1, 2, 3);
        Assert.Equal(scores[1..5].Average(), scores[5], 1e-4f);
    }

    [Fact]
    public void Load_OtherIds_IsRefused()
    {
        var refusal = Assert.Throws<ImportException>(() => ImportedNetwork.Load(folder.Path, new Vocabulary(["a", "b"])));
        Assert.Contains("its ids begin with '1', '2', '3', the dataset's with 'a', 'b'", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a\nb\nc\n", "'items.txt' has 3 lines, the network 4 items")]
    [InlineData("a\nb\nb\nd\n", "'b' occurs twice")]
    public void Check_ItemIdsThatDoNotFit_AreRefused(string items, string cause)
    {
        File.WriteAllText(Path.Combine(folder.Path, ImportFiles.Items), items);
        Assert.Contains(cause, Assert.Throws<ImportException>(() => ImportedNetwork.Check(folder.Path)).Message, StringComparison.Ordinal);
    }

    public void Dispose() => folder.Dispose();

    private static float[] Scores(BertRecommender network, params long[] history)
    {
        var scores = new float[network.Items + 1];
        network.Score(history, scores);
        // In the network's own unit: another table has another deviation.
        var mean = scores[1..5].Average();
        var spread = MathF.Sqrt(scores[1..5].Average(score => (score - mean) * (score - mean)));
        return Array.ConvertAll(scores, score => score / spread);
    }
}
