using ModelOps.Features.Text;
using ModelOps.Features.Text.Tokenizers;
using ModelOps.Trainer.Texts;
using static TorchSharp.torch;

namespace ModelOps.Trainer.Tests.Texts;

/// <summary>Small networks with weights so large that every part of them shows, and texts for them.</summary>
internal static class SmallTexts
{
    public static readonly string[] Texts = ["red kettle", "blue kettle 2 l", "a steel pan for the oven", "中文 水壶", "red", "the blue pan with a lid, and one more lid", ""];

    public static WordPiece Tokenizer { get; } = VocabularyTrainer.WordPiece(Texts, 90, least: 1);

    public static ByteLevelBpe Bpe { get; } = VocabularyTrainer.ByteLevelBpe(Texts, 290, least: 1);

    public static TextConfig Config(string kind = TextConfig.BertKind, string activation = "gelu", int layers = 2) =>
        new(kind, kind == TextConfig.Gpt2Kind ? Bpe.Tokens.Count : Tokenizer.Tokens.Count, 16, layers, 4, 24, 20, activation, 1e-5f, 0.1) { FirstPosition = kind == TextConfig.RobertaKind ? 2 : 0, Segments = kind == TextConfig.RobertaKind ? 1 : 2 };

    public static Bert Bert(TextConfig? config = null) => Loud(new Bert(config ?? Config()));

    public static TextModel Model(string kind, string pooling = TextPooling.Mean, bool hasPooler = false, TextConfig? config = null)
    {
        var network = Bert(config);
        var head = Loud(new TextHead(network.Config, pooling, kind == EncoderKind.Embed ? 0 : kind == EncoderKind.Rerank ? 1 : 3, hasPooler));
        return new TextModel(network, head, takesPairs: kind == EncoderKind.Rerank);
    }

    public static T Loud<T>(T module) where T : nn.Module
    {
        manual_seed(5);
        using var untracked = no_grad();
        foreach (var parameter in module.parameters())
            parameter.normal_(0, 0.3);
        module.eval();
        return module;
    }
}
