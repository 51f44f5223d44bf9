using System.ComponentModel.DataAnnotations;
using ModelOps.Features.Text;

namespace ModelOps.Trainer.Texts;

/// <summary>How a text network is made and learns.</summary>
public sealed record TextOptions
{
    /// <summary>A published checkpoint's folder, with its tokenizer; null makes a network and a vocabulary from the shop's own text.</summary>
    public string? Checkpoint { get; init; }

    /// <summary>What the checkpoint is called, in the package's origin; the folder's name where nothing is said.</summary>
    public string? CheckpointName { get; init; }

    [Range(1, 48)] public int Layers { get; init; } = 4;

    /// <summary>Shared evenly by the heads.</summary>
    [Range(8, 4096)] public int Dimensions { get; init; } = 192;

    [Range(1, 64)] public int Heads { get; init; } = 6;

    /// <summary>Tokens of the vocabulary, where it is made here.</summary>
    [Range(64, 250_000)] public int Vocabulary { get; init; } = 8000;

    /// <summary>Of a text, or of a pair; longer ones are cut.</summary>
    [Range(4, 4096)] public int MaxTokens { get; init; } = 64;

    /// <summary>Share of the values that are dropped in training, where the network is made here.</summary>
    [Range(0, 0.9)] public double Dropout { get; init; } = 0.1;

    /// <summary>Passes over the text in which hidden tokens are foretold; 0 leaves that out.</summary>
    [Range(0, 1000)] public int PretrainingPasses { get; init; } = 3;

    /// <summary>No pass begins after so many seconds of pretraining.</summary>
    [Range(1, 1_000_000)] public double PretrainingSeconds { get; init; } = 600;

    [Range(1e-7, 1)] public double PretrainingRate { get; init; } = 1e-3;

    /// <summary>Passes over the pairs, grades or labels.</summary>
    [Range(0, 1000)] public int Passes { get; init; } = 5;

    [Range(1e-7, 1)] public double LearningRate { get; init; } = 3e-4;

    [Range(0, 1)] public double WeightDecay { get; init; } = 0.01;

    [Range(1, 4096)] public int BatchSize { get; init; } = 64;

    /// <summary>How tokens' vectors become a text's; a published encoder says which it was made with. See <see cref="TextPooling"/>.</summary>
    public string Pooling { get; init; } = TextPooling.Mean;

    /// <summary>Of the softmax over cosines: smaller asks for sharper differences.</summary>
    [Range(0.001, 1)] public double Temperature { get; init; } = 0.05;

    /// <summary>Beginnings of names of weights that stay as they are while the network is fine-tuned, such as <c>embeddings</c> or <c>encoder.layer.0.</c>.</summary>
    public IReadOnlyList<string> Freeze { get; init; } = [];

    /// <summary>Above 0, dense layers stay and learn beside them with matrices of this rank (LoRA).</summary>
    [Range(0, 512)] public int LoraRank { get; init; }

    /// <summary>Whether matrix products read bfloat16 in training.</summary>
    public bool IsBfloat16 { get; init; }

    public int Seed { get; init; } = 1;
}
