using CsCheck;
using ModelOps.Features.Text.Tokenizers;

namespace ModelOps.Tests.Features.Text.Tokenizers;

public class WordPieceTests
{
    private static readonly string[] Small =
    [
        "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "[", "]", "!", "$", "+", "sep", "mask", "un", "##aff", "##able", "##ab", "a", "b", "##b", "##c", "cafe", "中", "文", "i", "##stanbul", "##σ", "σ", "α", "1", "##2", "##😀",
    ];

    private static readonly string[] Parts = ["a", "b", "c", "un", "aff", "able", " ", "\t", "$", "[SEP]", "中", "文", "\u0301", "é", "😀", "\u200b", "\u2028", "Σ", "İ", "\ud800"];

    private static WordPiece Tokenizer => new(Small, new BasicText());

    [Theory]
    [InlineData("unaffable", new[] { "un", "##aff", "##able" })]
    [InlineData("  UN\tunAFFab! ", new[] { "un", "un", "##aff", "##ab", "!" })]
    [InlineData("Café", new[] { "cafe" })]
    [InlineData("Cafe\u0301", new[] { "cafe" })]
    [InlineData("中文a", new[] { "中", "文", "a" })]
    [InlineData("[SEP] [MASK]", new[] { "[", "sep", "]", "[", "mask", "]" })]
    [InlineData("a\u0000b\u200d\ufffdc", new[] { "a", "##b", "##c" })]
    [InlineData("a\ud83db", new[] { "a", "##b" })]
    [InlineData("$a+b", new[] { "$", "a", "+", "b" })]
    [InlineData("a😀 😀", new[] { "a", "##😀", "[UNK]" })]
    [InlineData("İstanbul ΑΣ", new[] { "i", "##stanbul", "α", "##σ" })]
    [InlineData("unknown", new[] { "[UNK]" })]
    [InlineData("", new string[0])]
    [InlineData(" \u00a0\u3000\n", new string[0])]
    public void Tokenize_TextsOfMostKinds_ArePiecesOfTheirWords(string text, string[] expected)
    {
        var ids = new List<int>();
        Assert.True(Tokenizer.Tokenize(text, ids, 100));
        Assert.Equal(expected, ids.Select(id => Small[id]));
    }

    [Fact]
    public void Encode_OneTextAndPair_StandBetweenTheSpecialTokens()
    {
        var one = Tokenizer.Encode("a b", 16);
        Assert.Equal([2, 16, 17, 3], one.Ids);
        Assert.Equal(4, one.SecondStart);
        var pair = Tokenizer.Encode("a b", 16, "1");
        Assert.Equal([2, 16, 17, 3, 28, 3], pair.Ids);
        Assert.Equal(4, pair.SecondStart);
        Assert.False(pair.IsTruncated);
    }

    [Theory]
    [InlineData("a a a a", "b b b b", 3 + 4, 2, 2)]
    [InlineData("a a a a", "b", 3 + 4, 3, 1)]
    [InlineData("a", "b b b b", 3 + 4, 1, 3)]
    [InlineData("a a a", "b b b", 3 + 5, 3, 2)]
    public void Encode_PairThatIsTooLong_TheLongerIsCut(string first, string second, int most, int expectedFirst, int expectedSecond)
    {
        var pair = Tokenizer.Encode(first, most, second);
        Assert.True(pair.IsTruncated);
        Assert.Equal(most, pair.Ids.Length);
        Assert.Equal((expectedFirst, expectedSecond), (pair.SecondStart - 2, pair.Ids.Length - pair.SecondStart - 1));
    }

    [Fact]
    public void Encode_ExactlyAsLongAsAllowed_IsWhole()
    {
        Assert.False(Tokenizer.Encode("a a a", 5).IsTruncated);
        Assert.True(Tokenizer.Encode("a a a a", 5).IsTruncated);
    }

    [Fact]
    public void Decode_Encoding_LeavesSpecialTokensOut() => Assert.Equal("unaffable a", Tokenizer.Decode(Tokenizer.Encode("unaffable a", 9).Ids));

    [Fact]
    public void Tokenize_AnyText_IsWhatTheReferenceSays()
    {
        var (tokenizer, reference) = (Tokenizer, new ReferenceWordPiece(Small.Index().ToDictionary(token => token.Item, token => token.Index), lowerCase: true));
        var character = Gen.OneOf(Gen.Int[0, Parts.Length - 1].Select(at => Parts[at]), Gen.Char.Select(c => c.ToString()));
        character.Array[0, 20].Select(string.Concat).Sample(text =>
        {
            var ids = new List<int>();
            tokenizer.Tokenize(text, ids, int.MaxValue);
            Assert.Equal(reference.Encode(text), ids);
        });
    }

    [Fact]
    public void Tokenize_PublishedVocabulary_IsWhatTheReferenceSays()
    {
        var path = SharedData.Find("bert-vocab/tokenizer.json");
        Assert.SkipWhen(path is null, "There is no published vocabulary at ../shared/data/bert-vocab.");
        var tokenizer = TokenizerFiles.Parse(File.ReadAllBytes(path!));
        var reference = new ReferenceWordPiece(tokenizer.Tokens.Index().ToDictionary(token => token.Item, token => token.Index), lowerCase: true);
        string[] texts =
        [
            "Hello, world! Wireless Mouse 2.4GHz (USB-C), 19.99$ + VAT^2 = <b>~`|", "I still haven't received my new card.", "naïve café Ünïcödé ÅÄÖ ß ẞ ﬁ Ångström İstanbul ΑΣ ΣΑΣ", "小米手机 128GB 全网通，不错！", "これはペンです 한국어 텍스트",
            "😀 👍🏽 emoji👩‍👩‍👧 ok", "a\u0000b\u200dc\td\ufffd\u0007e\u00ad", "[SEP] [CLS]hello[MASK] [sep]", "مرحبا بالعالم שלום", "𠀀𪛖 𝔘nicode", "SELECT * FROM users; DROP TABLE--", new string('a', 100), new string('a', 101), "Ⅷ ½ ²", "\u2019quoted\u2018 «guillemets» „x“ – — …",
        ];
        foreach (var text in texts)
        {
            var ids = new List<int>();
            tokenizer.Tokenize(text, ids, int.MaxValue);
            Assert.Equal(reference.Encode(text), ids);
        }
        Assert.Equal([101, 7592, 1010, 2088, 999, 102], tokenizer.Encode("Hello, World!", 16).Ids); // as every BERT says
        Gen.Char.Array[0, 40].Select(characters => new string(characters)).Sample(text =>
        {
            var ids = new List<int>();
            tokenizer.Tokenize(text, ids, int.MaxValue);
            Assert.Equal(reference.Encode(text), ids);
        });
    }

    [Fact]
    public void Tokenize_CasedVocabulary_KeepsCaseAndAccents()
    {
        var tokenizer = new WordPiece(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "Café", "cafe"], new BasicText(LowerCase: false, StripAccents: false));
        Assert.Equal([2, 5, 6, 1, 3], tokenizer.Encode("Café cafe Cafe", 16).Ids);
    }
}
