using CsCheck;
using ModelOps.Features.Text;

namespace ModelOps.Tests.Features;

public sealed class TextNeighboursTests
{
    [Theory]
    [InlineData("Tea-Pot, 2L (blue)", "tea|pot|2l|blue")]
    [InlineData("小米手机 Pro", "小米|米手|手机|pro")]
    [InlineData("ＦＵＬＬ width", "full|width")]
    [InlineData("红 tea", "红|tea")]
    [InlineData("  ", "")]
    [InlineData(null, "")]
    public void Words_OfAText(string? text, string expected) => Assert.Equal(expected, string.Join('|', Words.Of(text)));

    [Fact]
    public void Ask_IsTheCosineOfRareWords_WhateverTheThreads() => Gen.String[Gen.Char["abcd "], 1, 12].Array[3, 40].Sample(titles =>
    {
        var all = new TextNeighbours(new NeighbourSettings(1000, 1));
        var described = titles.Select(title => new DescribedText(title).Weighted()).ToList();
        for (var i = 0; i < titles.Length; i++)
            all.Add(described[i], i);
        all.Index();
        double Rarity(string word) => Math.Log((titles.Length + 1d) / described.Count(text => text.Any(w => w.Word == word)));
        double Norm(IEnumerable<(string Word, float Weight)> text) => Math.Sqrt(text.Sum(word => Math.Pow(word.Weight * Rarity(word.Word), 2)));

        Assert.All(Enumerable.Range(0, titles.Length).AsParallel().Select(i => (i, Votes: all.AskWithout(i))), asked =>
        {
            var (i, votes) = asked;
            var alike = Enumerable.Range(0, titles.Length).Where(other => other != i).ToDictionary(other => other, other =>
                described[i].Join(described[other], a => a.Word, b => b.Word, (a, b) => a.Weight * b.Weight * Math.Pow(Rarity(a.Word), 2)).Sum() / (Norm(described[i]) * Norm(described[other])));
            foreach (var vote in votes)
                Assert.Equal(alike[vote.Label] / (alike.Values.Where(double.IsFinite).Sum() + .2), vote.Share, 1e-4);
        });
    });
}
