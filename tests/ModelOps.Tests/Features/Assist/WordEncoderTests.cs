using CsCheck;
using ModelOps.Features.Assist;

namespace ModelOps.Tests.Features.Assist;

public sealed class WordEncoderTests
{
    [Theory]
    [InlineData("I'm still waiting, on my CARD?", "i'm|still|waiting|on|my|card|?")]
    [InlineData("订单123呢", "订|单|123|呢")]
    [InlineData("[SEP] 🎁", "sep")]
    [InlineData("  ", "")]
    public void Split_GivesWords(string text, string words) => Assert.Equal(words, string.Join('|', WordEncoder.Split(text)));

    [Fact]
    public void Encode_OfAnyTexts_GivesEachTheSameIds_WhateverStandsBesideIt()
    {
        var encoder = new WordEncoder(["a", "card", "my"], 64);
        Gen.String.Array[1, 5].Sample(texts =>
        {
            var together = encoder.Encode(texts);
            Assert.All(together.Words, id => Assert.InRange(id, 0, encoder.Words - 1));
            Assert.All(together.Runs, id => Assert.InRange(id, 0, 63));
            for (var row = 0; row < texts.Length; row++)
            {
                var alone = encoder.Encode([texts[row]]);
                var cells = alone.Length - WordEncoder.Padding;
                Assert.Equal(alone.Words[..cells], together.Words.AsSpan(row * together.Length, cells).ToArray());
                Assert.Equal(alone.Runs[..(cells * WordEncoder.MostRuns)], together.Runs.AsSpan(row * together.Length * WordEncoder.MostRuns, cells * WordEncoder.MostRuns).ToArray());
                Assert.All(together.Words[((row * together.Length) + cells)..((row + 1) * together.Length)], id => Assert.Equal(0, id));
            }
        });
    }
}
