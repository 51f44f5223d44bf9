using ModelOps.Trainer.Architectures;
using ModelOps.Trainer.Compression;
using ModelOps.Trainer.Onnx;
using static TorchSharp.torch;

namespace ModelOps.Trainer.Tests.Compression;

public class PruningTests
{
    private const int Items = 12, Length = 6;

    public static TheoryData<string> Networks => [.. Architecture.Networks.Keys];

    [Theory]
    [MemberData(nameof(Networks))]
    public void Cut_BlocksAndHeads_AreGoneFromTheNetworkAndItsGraph(string architecture)
    {
        using var folder = new Folder();
        using var network = Network(architecture);
        IReadOnlyList<KeptBlock> kept = [new(0, [1, 3]), new(2, [2])];
        using var cut = Pruning.Cut(network, architecture, kept);

        var (whole, left) = (Path.Combine(folder.Path, "whole.onnx"), Path.Combine(folder.Path, "cut.onnx"));
        long[] histories = [0, 0, 0, 1, 2, 3, 0, 0, 0, 0, 0, 9, 4, 5, 6, 7, 8, 9];
        CheckedExport.Write(network, "test", null, histories, whole);
        var parity = CheckedExport.Write(cut, "test", null, histories, left);

        Assert.InRange(parity, 0, 1e-4);
        Assert.Equal([2, 1], cut.Config.HeadsByBlock);
        Assert.Equal([8, 16], cut.get_parameter("blocks.0.query.weight")!.shape); // two heads of four dimensions
        Assert.Equal([16, 4], cut.get_parameter("blocks.1.output.weight")!.shape);
        Assert.Equal(network.get_parameter("blocks.2.value.weight")![8].data<float>().ToArray(), cut.get_parameter("blocks.1.value.weight")![0].data<float>().ToArray());
        Assert.True(new FileInfo(left).Length < new FileInfo(whole).Length * 0.7, $"{new FileInfo(left).Length} of {new FileInfo(whole).Length} bytes.");
    }

    /// <summary>Not HSTU: its normalisation after the heads looks at what they all say, so that a silent head is not an absent one.</summary>
    [Theory]
    [InlineData("sasrec")]
    [InlineData("ligr")]
    public void Choose_HeadsThatSayNothing_AreTakenOut_AndNothingChanges(string architecture)
    {
        using var network = Network(architecture);
        using (no_grad())
        {
            foreach (var (block, head) in new[] { (0, 1), (0, 2), (1, 0), (1, 3), (2, 0), (2, 1) })
                network.get_parameter($"blocks.{block}.output.weight")!.slice(1, head * 4, head * 4 + 4, 1).zero_();
        }
        var expected = Scores(network);
        var kept = Pruning.Choose(network, architecture, blocks: 0, heads: 0.5, quality: other => -Apart(expected, Scores(other)));

        Assert.Equal([[0, 3], [1, 2], [2, 3]], kept.Select(block => block.Heads));
        using var cut = Pruning.Cut(network, architecture, kept);
        Assert.InRange(Apart(expected, Scores(cut)), 0, 1e-4);
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Choose_ABlockThatAddsNothing_IsTakenOut(string architecture)
    {
        using var network = Network(architecture);
        using (no_grad())
        {
            foreach (var (name, parameter) in network.named_parameters().Where(named => named.name is ['b', 'l', 'o', 'c', 'k', 's', '.', '1', ..] && (named.name.Contains("output.", StringComparison.Ordinal) || named.name.Contains("narrow", StringComparison.Ordinal))))
                parameter.zero_();
        }
        var expected = Scores(network);
        var kept = Pruning.Choose(network, architecture, blocks: 0.4, heads: 0, quality: other => -Apart(expected, Scores(other)));

        Assert.Equal([0, 2], kept.Select(block => block.Block));
        Assert.All(kept, block => Assert.Equal([0, 1, 2, 3], block.Heads));
    }

    [Fact]
    public void Choose_Everything_LeavesABlockWithAHead()
    {
        using var network = Network("sasrec");
        var kept = Assert.Single(Pruning.Choose(network, "sasrec", blocks: 1, heads: 1, quality: _ => 0));
        Assert.Single(kept.Heads);
    }

    private static SequenceNetwork Network(string architecture)
    {
        manual_seed(3);
        var network = Architecture.Networks[architecture](new NetworkConfig(Items, Length, Dimensions: 16, Blocks: 3, Heads: 4, Dropout: 0.2));
        using var untracked = no_grad();
        foreach (var parameter in network.parameters())
            parameter.normal_(0, 0.3);
        return network;
    }

    private static float[] Scores(SequenceNetwork network)
    {
        var scores = new float[2 * (Items + 1)];
        network.Score([0, 1, 2, 3, 4, 5, 0, 0, 0, 0, 7, 8], scores);
        return scores;
    }

    private static double Apart(float[] some, float[] others) => some.Zip(others, (one, other) => Math.Abs(one - other)).Max();
}
