using ModelOps.Features.Text;
using ModelOps.Features.Text.Tokenizers;
using ModelOps.Trainer.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace ModelOps.Trainer.Texts;

/// <summary>What a text training came to.</summary>
/// <param name="Origin">As <see cref="EncoderDescription.Origin"/>.</param>
/// <param name="PretrainingLoss">Of the last pass, in nats a hidden token; not a number where there was none.</param>
/// <param name="Parameters">Weights of the network.</param>
public sealed record TextReport(string Origin, double PretrainingLoss, long Parameters, TextExport Export);

/// <summary>
/// Trains a text network and writes its package, ready to serve: <c>encoder.json</c>, <c>model.onnx</c>, <c>tokenizer.json</c> and, where
/// it answers alike, <c>model.int8.onnx</c>; with <c>config.json</c> and <c>model.safetensors</c> it is a checkpoint as well, that a later training may
/// start from. Without a checkpoint the
/// network first learns the language from <c>corpus</c>, the shop's own text.
/// </summary>
public static class TextTraining
{
    /// <summary>All bytes and the end.</summary>
    private const int LeastBytePairs = 257;

    /// <summary>A bi-encoder: texts that belong together get vectors near each other.</summary>
    /// <param name="corpus">Texts for the vocabulary and the language.</param>
    /// <param name="pairs">What belongs together; none leaves the network as the language made it.</param>
    /// <param name="report">Gets the phase, the pass from 1 and its loss.</param>
    /// <exception cref="TrainingException">There is nothing to learn from.</exception>
    public static TextReport TrainEncoder(TextOptions options, IReadOnlyList<string> corpus, IReadOnlyList<TextPair> pairs, string folder, Action<string, int, double>? report = null)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        return Train(options, EncoderKind.Embed, [], corpus, [.. pairs.SelectMany(pair => new[] { pair.Query, pair.Positive }).Distinct().Select(text => (text, (string?)null))], folder, report, fine => fine.LearnPairs(pairs), pairs.Count);
    }

    /// <summary>A cross-encoder: a query and a text, read together, get a score.</summary>
    public static TextReport TrainReranker(TextOptions options, IReadOnlyList<string> corpus, IReadOnlyList<GradedPair> pairs, string folder, Action<string, int, double>? report = null)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        return Train(options, EncoderKind.Rerank, [], corpus, [.. pairs.Select(pair => (pair.Query, (string?)pair.Text))], folder, report, fine => fine.LearnGrades(pairs), pairs.Count);
    }

    /// <summary>A classifier: a text gets a score for each label.</summary>
    /// <param name="labels">Names, by <see cref="LabelledText.Label"/>.</param>
    public static TextReport TrainClassifier(TextOptions options, IReadOnlyList<string> corpus, IReadOnlyList<LabelledText> texts, IReadOnlyList<string> labels, string folder, Action<string, int, double>? report = null)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(labels);
        if (texts.FirstOrDefault(text => text.Label < 0 || text.Label >= labels.Count) is { } stray)
            throw new TrainingException($"The text '{stray.Text}' has the label {stray.Label}; there are {labels.Count}, from 0.");
        return Train(options, EncoderKind.Classify, labels, corpus, [.. texts.Select(text => (text.Text, (string?)null))], folder, report, fine => fine.LearnLabels(texts), texts.Count);
    }

    /// <summary>A decoder: how a text goes on. Without a checkpoint it learns from <paramref name="corpus"/> alone, and writes accordingly.</summary>
    public static TextReport TrainDecoder(TextOptions options, IReadOnlyList<string> corpus, string folder, Action<string, int, double>? report = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(corpus);
        if (corpus.Count == 0)
            throw new TrainingException("There is no text to learn from. Bring a catalogue with titles, messages, or an FAQ.");
        manual_seed(options.Seed);
        var (decoder, tokenizer) = BeginDecoder(options, corpus);
        using var network = decoder;
        List<EncodedText> texts = [.. corpus.Select(text => tokenizer.EncodeAfterEnd(text, Math.Min(options.MaxTokens, network.Config.MaxTokens), isWhole: true))];
        var loss = options.PretrainingPasses > 0 ? Pretraining.LearnCausal(network, tokenizer, texts, options, (pass, mean) => report?.Invoke("pretrain", pass, mean)) : double.NaN;
        report?.Invoke("export", 0, double.NaN);
        var description = new EncoderDescription(EncoderKind.Generate, network.Config.Vocabulary, network.Config.MaxTokens, OriginOf(options), []);
        var export = DecoderPackage.Write(folder, network, tokenizer, description, texts);
        TextCheckpoint.Save(folder, network.Config, network);
        return new TextReport(description.Origin, loss, network.parameters().Sum(parameter => parameter.NumberOfElements), export);
    }

    private static TextReport Train(
        TextOptions options, string kind, IReadOnlyList<string> labels, IReadOnlyList<string> corpus, IReadOnlyList<(string, string?)> rows, string folder, Action<string, int, double>? report, Action<FineTuning> learn, int examples)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(corpus);
        if (corpus.Count + rows.Count == 0)
            throw new TrainingException("There is no text to learn from. Bring a catalogue with titles, messages, or judgements.");
        if (examples == 0 && kind != EncoderKind.Embed)
            throw new TrainingException($"There is nothing that says what '{kind}' should answer. Bring {(kind == EncoderKind.Rerank ? "graded pairs of queries and texts" : "texts with their labels")}.");
        manual_seed(options.Seed);
        var (network, tokenizer) = Begin(options, corpus, rows);
        using var model = new TextModel(network, HeadOf(options, network.Config, kind, labels.Count), takesPairs: kind == EncoderKind.Rerank);
        var most = Math.Min(options.MaxTokens, network.Config.MaxTokens);
        var loss = double.NaN;
        if (options.PretrainingPasses > 0 && corpus.Count > 0)
            loss = Pretraining.LearnMasked(network, tokenizer, [.. corpus.Select(text => tokenizer.Encode(text, most))], options, (pass, mean) => report?.Invoke("pretrain", pass, mean));
        if (options.Passes > 0 && examples > 0)
            learn(new FineTuning(model, tokenizer, options, (pass, mean) => report?.Invoke("fine-tune", pass, mean)));
        report?.Invoke("export", 0, double.NaN);
        var description = new EncoderDescription(kind, kind == EncoderKind.Embed ? network.Config.Dimensions : model.Head.Labels, most, OriginOf(options), labels);
        var export = TextPackage.Write(folder, model, tokenizer, description, rows.Count > 0 ? rows : [.. corpus.Select(text => (text, (string?)null))]);
        TextCheckpoint.Save(folder, network.Config, network, model.Head);
        return new TextReport(description.Origin, loss, network.parameters().Sum(parameter => parameter.NumberOfElements), export);
    }

    /// <summary>What a package that was self-pretrained passes on stays so.</summary>
    private static string OriginOf(TextOptions options) => options.Checkpoint is not { } checkpoint ? EncoderDescription.SelfPretrained
        : File.Exists(Path.Combine(checkpoint, Features.PackageFiles.Encoder)) ? EncoderDescription.Read(checkpoint).Origin
        : options.CheckpointName ?? Path.GetFileName(Path.TrimEndingDirectorySeparator(checkpoint));

    private static (Bert Network, Tokenizer Tokenizer) Begin(TextOptions options, IReadOnlyList<string> corpus, IReadOnlyList<(string First, string? Second)> rows)
    {
        if (options.Checkpoint is { } folder)
        {
            var loaded = TextCheckpoint.Load(folder);
            var read = TokenizerFiles.Read(folder);
            if (loaded is Bert bert && read.Tokens.Count <= bert.Config.Vocabulary)
                return (bert, read);
            using (loaded)
                throw new Imports.ImportException(loaded is Bert ? $"The tokenizer has {read.Tokens.Count} tokens, the network {loaded.Config.Vocabulary}. Bring both from the same model." : $"The checkpoint is a decoder; encoders, rerankers and classifiers are made of BERT and its relatives. Train it with kind {EncoderKind.Generate}.");
        }
        var tokenizer = VocabularyTrainer.WordPiece(corpus.Concat(rows.SelectMany(row => row.Second is null ? [row.First] : new[] { row.First, row.Second })), options.Vocabulary);
        var config = new TextConfig(TextConfig.BertKind, tokenizer.Tokens.Count, options.Dimensions, options.Layers, options.Heads, 4 * options.Dimensions, options.MaxTokens, Dropout: options.Dropout);
        return options.Dimensions % options.Heads == 0 ? (new Bert(config), tokenizer) : throw new TrainingException($"{options.Heads} heads cannot share {options.Dimensions} dimensions evenly.");
    }

    private static (Gpt2 Network, Tokenizer Tokenizer) BeginDecoder(TextOptions options, IReadOnlyList<string> corpus)
    {
        if (options.Checkpoint is { } folder)
        {
            var loaded = TextCheckpoint.Load(folder);
            var read = TokenizerFiles.Read(folder);
            if (loaded is Gpt2 decoder && read.Tokens.Count <= decoder.Config.Vocabulary && read.Special.End is not null)
                return (decoder, read);
            using (loaded)
                throw new Imports.ImportException(loaded is not Gpt2 ? $"The checkpoint is an encoder; '{EncoderKind.Generate}' is made of a decoder, as GPT-2 is." : $"The tokenizer has {read.Tokens.Count} tokens, the network {loaded.Config.Vocabulary}; it needs one for the end of a text (<|endoftext|>). Bring both from the same model.");
        }
        if (options.Dimensions % options.Heads != 0)
            throw new TrainingException($"{options.Heads} heads cannot share {options.Dimensions} dimensions evenly.");
        var tokenizer = VocabularyTrainer.ByteLevelBpe(corpus, Math.Max(options.Vocabulary, LeastBytePairs));
        return (new Gpt2(new TextConfig(TextConfig.Gpt2Kind, tokenizer.Tokens.Count, options.Dimensions, options.Layers, options.Heads, 4 * options.Dimensions, options.MaxTokens, "gelu_new", 1e-5f, options.Dropout)), tokenizer);
    }

    /// <summary>A published classifier's or cross-encoder's own head, where the checkpoint has one of that size.</summary>
    private static TextHead HeadOf(TextOptions options, TextConfig config, string kind, int labels)
    {
        var outputs = kind switch
        {
            EncoderKind.Embed => 0,
            EncoderKind.Rerank => 1,
            _ => labels,
        };
        if (outputs > 0 && options.Checkpoint is { } folder)
        {
            var published = new TextHead(config, TextPooling.Cls, outputs, hasPooler: true);
            if (TextCheckpoint.TryFill(published, folder))
                return published;
            published.Dispose();
        }
        return new TextHead(config, options.Pooling, outputs);
    }
}
