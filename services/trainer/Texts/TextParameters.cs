using System.ComponentModel.DataAnnotations;
using ModelOps.Features.Text;

namespace ModelOps.Trainer.Texts;

/// <summary>Parameters of the application <c>text-encoder</c>.</summary>
public sealed record TextParameters
{
    /// <summary>What the network answers: <c>embed</c>, a vector of a text; <c>rerank</c>, a score of a query with a text; <c>classify</c>, a message's intent; <c>generate</c>, how a text goes on.</summary>
    [AllowedValues(EncoderKind.Embed, EncoderKind.Rerank, EncoderKind.Classify, EncoderKind.Generate)] public string Kind { get; init; } = EncoderKind.Embed;

    /// <summary>A registered model whose champion is a checkpoint: <c>config.json</c>, <c>model.safetensors</c> and a tokenizer. Without it the network is made here and self-pretrained.</summary>
    [MaxLength(128)] public string? Base { get; init; }

    [Range(1, 48)] public int Layers { get; init; } = 4;

    [Range(8, 4096)] public int Dimensions { get; init; } = 192;

    [Range(1, 64)] public int Heads { get; init; } = 6;

    [Range(64, 250_000)] public int Vocabulary { get; init; } = 8000;

    [Range(8, 4096)] public int MaxTokens { get; init; } = 64;

    [Range(0, 0.9)] public double Dropout { get; init; } = 0.1;

    [Range(0, 1000)] public int PretrainingPasses { get; init; } = 3;

    [Range(1, 1_000_000)] public double PretrainingSeconds { get; init; } = 600;

    [Range(1e-7, 1)] public double PretrainingRate { get; init; } = 1e-3;

    [Range(0, 1000)] public int Passes { get; init; } = 10;

    [Range(1e-7, 1)] public double LearningRate { get; init; } = 3e-4;

    [Range(1, 4096)] public int BatchSize { get; init; } = 64;

    /// <summary>How tokens' vectors become a text's: <c>mean</c>, or <c>cls</c>, the first one's; a published encoder says which it was made with.</summary>
    [AllowedValues(TextPooling.Mean, TextPooling.Cls)] public string Pooling { get; init; } = TextPooling.Mean;

    [Range(0.001, 1)] public double Temperature { get; init; } = 0.05;

    /// <summary>Beginnings of names of weights that stay as they are in fine-tuning.</summary>
    public IReadOnlyList<string> Freeze { get; init; } = [];

    [Range(0, 512)] public int LoraRank { get; init; }

    [AllowedValues("float32", "bfloat16")] public string Precision { get; init; } = "float32";

    /// <summary>Share of the queries or messages that are held out to measure on, and not learned from.</summary>
    [Range(0.01, 0.5)] public double HeldOut { get; init; } = 0.2;

    [Range(0, int.MaxValue)] public int Seed { get; init; } = 1;

    /// <param name="checkpoint">A folder; null where there is none.</param>
    public TextOptions ToOptions(string? checkpoint) => new()
    {
        Checkpoint = checkpoint,
        CheckpointName = Base,
        Layers = Layers,
        Dimensions = Dimensions,
        Heads = Heads,
        Vocabulary = Vocabulary,
        MaxTokens = MaxTokens,
        Dropout = Dropout,
        PretrainingPasses = PretrainingPasses,
        PretrainingSeconds = PretrainingSeconds,
        PretrainingRate = PretrainingRate,
        Passes = Passes,
        LearningRate = LearningRate,
        BatchSize = BatchSize,
        Pooling = Pooling,
        Temperature = Temperature,
        Freeze = Freeze,
        LoraRank = LoraRank,
        IsBfloat16 = Precision == "bfloat16",
        Seed = Seed,
    };
}
