using ModelOps.Features.Text.Tokenizers;

namespace ModelOps.Tests.Features.Text.Tokenizers;

public sealed class TokenizerFilesTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("modelops-tokenizer-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private string At(string name) => Path.Combine(folder, name);

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public void Read_WhatWordPieceWrote_EncodesAlike(bool lowerCase, bool stripAccents)
    {
        var tokenizer = VocabularyTrainer.WordPiece(["Café au lait", "café au LAIT", "中文"], 60, new BasicText(lowerCase, stripAccents), least: 1);
        tokenizer.Write(At(TokenizerFiles.Tokenizer));
        var read = Assert.IsType<WordPiece>(TokenizerFiles.Read(folder));
        Assert.Equal(tokenizer.Tokens, read.Tokens);
        Assert.Equal(tokenizer.Basic, read.Basic);
        Assert.Equal(tokenizer.Encode("Café CAFE 文!", 20).Ids, read.Encode("Café CAFE 文!", 20).Ids);
    }

    [Fact]
    public void Read_WhatBpeWrote_EncodesAlike()
    {
        var tokenizer = VocabularyTrainer.ByteLevelBpe(["the cat", "the hat"], 270, least: 1);
        tokenizer.Write(At(TokenizerFiles.Tokenizer));
        Assert.Equal(tokenizer.Encode("the cat's 帽", 20).Ids, TokenizerFiles.Read(folder).Encode("the cat's 帽", 20).Ids);
    }

    [Fact]
    public void Read_VocabularyOfLines_IsWordPieceAsTheConfigSays()
    {
        File.WriteAllText(At(TokenizerFiles.Vocabulary), "[PAD]\r\n[UNK]\r\n[CLS]\r\n[SEP]\r\n[MASK]\r\nA\r\na\r\n");
        Assert.Equal([2, 6, 6, 3], TokenizerFiles.Read(folder).Encode("A a", 9).Ids);
        File.WriteAllText(At(TokenizerFiles.Config), """{"do_lower_case": false, "strip_accents": null}""");
        Assert.Equal([2, 5, 6, 3], TokenizerFiles.Read(folder).Encode("A a", 9).Ids);
    }

    [Fact]
    public void Read_VocabularyAndMerges_IsBpe()
    {
        var bytes = Enumerable.Range(0, 256).Select(value => VocabularyTrainer.ByteLevelBpe([], 257).Tokens[value]).Append("ab").Append("<|endoftext|>");
        File.WriteAllText(At(TokenizerFiles.BpeVocabulary), System.Text.Json.JsonSerializer.Serialize(bytes.Index().ToDictionary(token => token.Item, token => token.Index)));
        File.WriteAllText(At(TokenizerFiles.BpeMerges), "#version: 0.2\na b\n");
        Assert.Equal([256, 'a' - '!' + 0], TokenizerFiles.Read(folder).Encode("aba", 9).Ids.Select((id, at) => at == 0 ? id : id == TokenizerFiles.Read(folder).IdOf("a") ? 'a' - '!' : -1));
    }

    [Theory]
    [InlineData("""{"model": {"type": "Unigram", "vocab": []}}""", "Unigram")]
    [InlineData("""{"model": {"type": "WordPiece", "vocab": {"[UNK]": 0, "a": 2}}}""", "none is number 1")]
    [InlineData("""{"model": {"type": "WordPiece", "vocab": {"a": 0}}}""", "[UNK]")]
    [InlineData("""{"normalizer": {"type": "NFKC"}, "model": {"type": "WordPiece", "vocab": {"[UNK]": 0}}}""", "NFKC")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": []}}""", "no token")]
    [InlineData("""{"pre_tokenizer": {"type": "Metaspace"}, "model": {"type": "BPE", "vocab": {"a": 0}, "merges": []}}""", "Metaspace")]
    [InlineData("""{"nothing": 1}""", "cannot be read")]
    [InlineData("no json", "cannot be read")]
    public void Read_FileOfAnotherKind_SaysWhy(string json, string reason)
    {
        File.WriteAllText(At(TokenizerFiles.Tokenizer), json);
        Assert.Contains(reason, Assert.Throws<InvalidDataException>(() => TokenizerFiles.Read(folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_EmptyFolder_NamesTheFiles() => Assert.Contains("vocab.txt", Assert.Throws<InvalidDataException>(() => TokenizerFiles.Read(folder)).Message, StringComparison.Ordinal);
}
