using System.Text;
using System.Text.RegularExpressions;
using CsCheck;
using ModelOps.Features.Text.Tokenizers;

namespace ModelOps.Tests.Features.Text.Tokenizers;

public partial class ByteLevelBpeTests
{
    private static readonly string[] Texts = ["the cat and the hat", "that cat's hats, they're 12 cats", "Der Hut 中文 的 猫 😀", "the  the\n\n  the"];
    private static readonly ByteLevelBpe Trained = VocabularyTrainer.ByteLevelBpe(Texts, 300, least: 1);

    private static readonly string[] Parts = ["the", "cat", " ", "  ", "\n", "'s", "'re", "'", "1", "２", "中", "é", "e\u0301", "!", "\u00a0", "_", "😀"];

    /// <summary>GPT-2's own expression, which .NET applies by UTF-16 units: the same for texts without surrogates.</summary>
    [GeneratedRegex(@"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+")]
    private static partial Regex Words();

    private static readonly Gen<string> Text = Gen.OneOf(
        Gen.Int[0, Parts.Length - 1].Select(at => Parts[at]), Gen.Char[' ', '\u2fff'].Select(c => c.ToString())).Array[0, 24].Select(string.Concat);

    [Fact]
    public void Decode_AnyText_ComesBack() =>
        Text.Sample(text =>
        {
            var ids = new List<int>();
            Assert.True(Trained.Tokenize(text, ids, int.MaxValue));
            Assert.Equal(text, Trained.Decode(ids));
        });

    [Fact]
    public void Tokenize_AnyText_IsWhatTheNaiveAlgorithmSays()
    {
        var ranks = Trained.Merges.Index().ToDictionary(merge => merge.Item, merge => merge.Index);
        Text.Where(text => !text.Any(char.IsSurrogate)).Sample(text =>
        {
            var ids = new List<int>();
            Trained.Tokenize(text, ids, int.MaxValue);
            Assert.Equal(Words().Matches(text).SelectMany(word => Naive(word.Value, ranks)), ids.Select(id => Trained.Tokens[id]));
        });
    }

    [Fact]
    public void Tokenize_WordsByCodePoint_NotByUtf16()
    {
        // Two letters beyond U+FFFF and one within are one word.
        var ids = new List<int>();
        var tokenizer = VocabularyTrainer.ByteLevelBpe(["𠀀a", "𠀀a"], 300);
        tokenizer.Tokenize("𠀀a", ids, 10);
        Assert.Single(ids);
    }

    [Fact]
    public void Tokenize_MegabyteOfOneLetter_IsJoinedWithoutDelay()
    {
        var ids = new List<int>();
        var tokenizer = VocabularyTrainer.ByteLevelBpe([new string('a', 64)], 320, least: 1);
        tokenizer.Tokenize(new string('a', 1 << 18), ids, int.MaxValue);
        Assert.Equal(1 << 18, tokenizer.Decode(ids).Length);
    }

    [Fact]
    public void Tokenize_LoneSurrogate_BecomesTheReplacementCharacter()
    {
        var ids = new List<int>();
        Trained.Tokenize("a\ud800b", ids, 100);
        Assert.Equal("a\ufffdb", Trained.Decode(ids));
    }

    [Fact]
    public void Encode_EndOfText_IsTextHere()
    {
        var encoded = Trained.Encode("<|endoftext|>", 50);
        Assert.DoesNotContain(Trained.Special.End!.Value, encoded.Ids);
        Assert.Throws<NotSupportedException>(() => Trained.Encode("a", 50, "b"));
    }

    /// <summary>As the paper says it: the best pair anywhere, all of its places, again.</summary>
    private static List<string> Naive(string word, Dictionary<(string, string), int> ranks)
    {
        var bytes = Encoding.UTF8.GetBytes(word);
        var symbols = bytes.Select(Visible).ToList();
        while (true)
        {
            var best = symbols.Zip(symbols.Skip(1)).Where(pair => ranks.ContainsKey(pair)).OrderBy(pair => ranks[pair]).Cast<(string, string)?>().FirstOrDefault();
            if (best is not { } pair)
                return symbols;
            for (var i = 0; i + 1 < symbols.Count; i++)
            {
                if (symbols[i] != pair.Item1 || symbols[i + 1] != pair.Item2)
                    continue;
                symbols[i] += symbols[i + 1];
                symbols.RemoveAt(i + 1);
            }
        }
    }

    /// <summary>bytes_to_unicode of GPT-2's encoder.py.</summary>
    private static string Visible(byte value)
    {
        var shown = Enumerable.Range('!', '~' - '!' + 1).Concat(Enumerable.Range(0xA1, 0xAC - 0xA1 + 1)).Concat(Enumerable.Range(0xAE, 0xFF - 0xAE + 1)).ToList();
        return ((char)(shown.Contains(value) ? value : 256 + Enumerable.Range(0, value).Count(other => !shown.Contains(other)))).ToString();
    }
}
