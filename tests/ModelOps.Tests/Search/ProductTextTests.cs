using CsCheck;
using ModelOps.Search.Analysis;

namespace ModelOps.Tests.Search;

public sealed class ProductTextTests
{
    [Theory]
    [InlineData("USB-C", "usb c usbc")]
    [InlineData("EOS5D", "eos5d eos 5 d")]
    [InlineData("13.3 inch", "13.3 inch 13.3inch")]
    [InlineData("15\" screen", "15 screen 15inch")]
    [InlineData("64GB", "64gb 64 gb")]
    [InlineData("1,5 m", "1.5 m 1.5m")]
    [InlineData("1,500 pages", "1500 pages 1500pages")]
    [InlineData("Café ﬁx Ⅷ", "cafe fix viii")]
    [InlineData("跑步鞋", "跑步 步鞋")]
    [InlineData("鞋", "鞋")]
    [InlineData("[SEP] \"a:b\" && !(c)", "sep a b c")]
    [InlineData("😀🎧", "")]
    [InlineData("", "")]
    public void Read_Texts(string text, string expected) =>
        Assert.Equal(expected.Split(' ', StringSplitOptions.RemoveEmptyEntries).Order(), ProductText.Read(text).Select(token => token.Text).Order());

    [Fact]
    public void Read_AnyText_TokensLieInItAndPositionsRise() => Gen.OneOf(Gen.String, Gen.String[Gen.Char["aZ9é-_.,' \"\uD83D\uDE00鞋Ⅷ㎏\u0301"], 0, 60]).Sample(text =>
    {
        var tokens = ProductText.Read(text);
        Assert.All(tokens, token =>
        {
            Assert.InRange(token.Start, 0, text.Length - 1);
            Assert.InRange(token.End, token.Start + 1, text.Length);
            Assert.Equal(token.Text.ToLowerInvariant(), token.Text);
        });
        var words = tokens.Where(token => token.Kind != TokenKind.Joined).Select(token => token.Position).ToList();
        Assert.Equal(words.Order(), words);
    });

    [Fact]
    public void Read_Case_DoesNotMatter() => Gen.String[Gen.Char["abcXYZ019-. "], 0, 40].Sample(text =>
        Assert.Equal(ProductText.Read(text.ToUpperInvariant()).Select(token => token.Text), ProductText.Read(text.ToLowerInvariant()).Select(token => token.Text)));

    [Theory]
    [InlineData("en", "keyboards", "keyboard", true)]
    [InlineData("de", "tastaturen", "tastatur", true)]
    [InlineData("fr", "ordinateurs", "ordinateur", true)]
    [InlineData("ru", "клавиатуры", "клавиатура", true)]
    [InlineData("none", "keyboards", "keyboard", false)]
    [InlineData("en", "elp96s", "elp96", false)]
    public void Stem_ByLanguage(string language, string word, string other, bool areOne) =>
        Assert.Equal(areOne, Stemmer.Of(language).Stem(word) == Stemmer.Of(language).Stem(other));

    [Fact]
    public void Stemmer_OfAnUnknownLanguage_NamesThoseThereAre() =>
        Assert.Contains("known: da, de, en", Assert.Throws<ArgumentException>(() => Stemmer.Of("xx")).Message, StringComparison.Ordinal);
}
