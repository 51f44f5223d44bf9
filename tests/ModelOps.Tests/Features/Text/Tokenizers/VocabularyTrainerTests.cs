using CsCheck;
using ModelOps.Features.Text.Tokenizers;

namespace ModelOps.Tests.Features.Text.Tokenizers;

public class VocabularyTrainerTests
{
    [Fact]
    public void WordPiece_FrequentWord_BecomesOneToken()
    {
        var tokenizer = VocabularyTrainer.WordPiece(["kettle kettle kettle pan", "kettle pan", "rare"], 40);
        Assert.Single(tokenizer.Encode("kettle", 3).Ids, id => !tokenizer.Special.Contains(id));
        Assert.True(tokenizer.Tokens.Count <= 40);
        Assert.Equal([2, 1, 3], tokenizer.Encode("xyz", 5).Ids);
    }

    [Fact]
    public void WordPiece_TooSmallForAllCharacters_KeepsTheFrequentOnes()
    {
        var tokenizer = VocabularyTrainer.WordPiece(["aaa aaa b b c"], 7, least: 1);
        Assert.Equal(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "##a", "a"], tokenizer.Tokens);
    }

    [Fact]
    public void Merges_AnyWords_AreTheMostFrequentPairsOneByOne()
    {
        var word = Gen.Char['a', 'd'].Array[1, 6].Select(characters => new string(characters));
        Gen.Select(word, Gen.Int[1, 5]).Array[1, 12].Sample(words =>
        {
            var texts = words.SelectMany(pair => Enumerable.Repeat(pair.Item1, pair.Item2)).ToArray();
            var expected = Naive(texts, 12);
            Assert.Equal(expected, VocabularyTrainer.ByteLevelBpe(texts, 256 + 12 + 1, least: 1).Merges.Take(12));
        });
    }

    [Fact]
    public void Train_OtherOrder_GivesTheSameVocabulary()
    {
        string[] texts = ["red kettle", "blue kettle", "red pan", "中文 kettle"];
        Assert.Equal(VocabularyTrainer.WordPiece(texts, 30, least: 1).Tokens, VocabularyTrainer.WordPiece(texts.Reverse(), 30, least: 1).Tokens);
    }

    /// <summary>Counts everything anew each time; joins to a token that is there already are pairs too, but no token more.</summary>
    private static List<(string, string)> Naive(string[] texts, int most)
    {
        var words = texts.Select(text => text.Select(c => c.ToString()).ToList()).ToList();
        var (merges, known) = (new List<(string, string)>(), new HashSet<string>());
        while (known.Count < most)
        {
            var best = words.SelectMany(word => word.Zip(word.Skip(1))).GroupBy(pair => pair).Select(pairs => (Pair: pairs.Key, Count: pairs.Count()))
                .OrderByDescending(pair => pair.Count).ThenBy(pair => pair.Pair.First, StringComparer.Ordinal).ThenBy(pair => pair.Pair.Second, StringComparer.Ordinal).FirstOrDefault();
            if (best.Count == 0)
                break;
            merges.Add(best.Pair);
            known.Add(best.Pair.First + best.Pair.Second);
            foreach (var word in words)
            {
                for (var i = 0; i + 1 < word.Count; i++)
                {
                    if ((word[i], word[i + 1]) == best.Pair)
                    {
                        word[i] += word[i + 1];
                        word.RemoveAt(i + 1);
                    }
                }
            }
        }
        return merges[..Math.Min(12, merges.Count)];
    }
}
