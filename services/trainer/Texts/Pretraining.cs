// Devlin et al.: BERT. NAACL 2019, https://arxiv.org/abs/1810.04805 (masked); Radford et al.: Improving Language Understanding by
// Generative Pre-Training. 2018 (causal)
using System.Diagnostics;
using ModelOps.Features.Text.Tokenizers;
using ModelOps.Trainer.Architectures;
using TorchSharp;
using static TorchSharp.torch;

namespace ModelOps.Trainer.Texts;

/// <summary>Learning a language from the shop's own text: what is hidden, or what comes next, is foretold.</summary>
internal static class Pretraining
{
    private const double Hidden = 0.15, Masked = 0.8, Random = 0.1;
    private const int TokensPerBatch = 4096;

    /// <summary>Hides tokens of an encoder's texts and lets it foretell them. Returns the last pass's loss, in nats a token.</summary>
    /// <param name="texts">Encoded, with special tokens.</param>
    /// <param name="report">Gets each pass's number and loss.</param>
    public static double LearnMasked(Bert network, Tokenizer tokenizer, IReadOnlyList<EncodedText> texts, TextOptions options, Action<int, double>? report = null)
    {
        var mask = tokenizer.Special.Mask ?? throw new Training.TrainingException("The tokenizer has no [MASK], so nothing can be hidden. Take the vocabulary of a masked language model, or leave pretraining out.");
        using var head = new MaskedHead(network.Config);
        if (options.Checkpoint is { } folder)
            TextCheckpoint.TryFill(head, folder);
        network.train();
        return Learn(texts, options, report, null, [network, head], (batch, random) =>
        {
            var encoded = TextTensors.Of(batch, tokenizer.Special.Padding, network.Config.Segments);
            var (hidden, places, targets) = Hide(batch, encoded.Ids.shape[1], mask, tokenizer, random);
            using var ids = tensor(hidden, encoded.Ids.shape);
            var states = network.Hidden(encoded with { Ids = ids }).view(-1, network.Config.Dimensions).index_select(0, tensor(places)); // (places, dim)
            return nn.functional.cross_entropy(head.Of(states, network.Words), tensor(targets));
        });
    }

    /// <summary>Lets a decoder foretell each next token; what is frozen, or stays beside adapters, stays. Returns the last pass's loss, in nats a token.</summary>
    public static double LearnCausal(Gpt2 network, Tokenizer tokenizer, IReadOnlyList<EncodedText> texts, TextOptions options, Action<int, double>? report = null)
    {
        network.train();
        return Learn([.. texts.Where(text => text.Ids.Length > 1)], options, report, network, [network], (batch, _) => CausalLoss(network, tokenizer, batch));
    }

    /// <summary>Nats a token.</summary>
    public static Tensor CausalLoss(Gpt2 network, Tokenizer tokenizer, IReadOnlyList<EncodedText> batch)
    {
        var encoded = TextTensors.Of(batch, tokenizer.Special.Padding);
        var time = encoded.Ids.shape[1];
        var states = network.Hidden(encoded).slice(1, 0, time - 1, 1).reshape(-1, network.Config.Dimensions);
        var places = encoded.Mask.slice(1, 1, time, 1).reshape(-1).nonzero().squeeze(1);
        var targets = encoded.Ids.slice(1, 1, time, 1).reshape(-1).index_select(0, places);
        return nn.functional.cross_entropy(Autocast.Linear(states.index_select(0, places), network.Words), targets);
    }

    private static double Learn(IReadOnlyList<EncodedText> texts, TextOptions options, Action<int, double>? report, nn.Module? network, nn.Module[] modules, Func<IReadOnlyList<EncodedText>, Random, Tensor> loss)
    {
        if (texts.Count == 0)
            throw new Training.TrainingException("There is no text to learn the language from. Bring a catalogue with titles, or messages; or set the pretraining passes to 0.");
        using var learner = new TextLearner(options, network, modules);
        var (watch, last, random) = (Stopwatch.StartNew(), double.NaN, new Random(options.Seed));
        learner.Run(options.PretrainingPasses, options.PretrainingRate, pass => TextBatches.Of(texts, text => text.Ids.Length, 4 * options.BatchSize, TokensPerBatch, options.Seed + pass), batch => loss(batch, random), (pass, mean) =>
        {
            last = mean;
            report?.Invoke(pass, mean);
            return watch.Elapsed.TotalSeconds * (pass + 1) / pass < options.PretrainingSeconds;
        });
        return last;
    }

    /// <summary>Of the tokens to foretell most are masked, some are others, and some stay.</summary>
    private static (long[] Ids, long[] Places, long[] Targets) Hide(IReadOnlyList<EncodedText> batch, long time, int mask, Tokenizer tokenizer, Random random)
    {
        var ids = new long[batch.Count * time];
        Array.Fill(ids, tokenizer.Special.Padding);
        var (places, targets) = (new List<long>(), new List<long>());
        for (var row = 0; row < batch.Count; row++)
        {
            for (var at = 0; at < batch[row].Ids.Length; at++)
            {
                var (place, id) = (row * time + at, batch[row].Ids[at]);
                ids[place] = id;
                if (tokenizer.Special.Contains(id) || random.NextDouble() >= Hidden)
                    continue;
                places.Add(place);
                targets.Add(id);
                var way = random.NextDouble();
                ids[place] = way < Masked ? mask : way < Masked + Random ? random.Next(tokenizer.Tokens.Count) : id;
            }
        }
        if (places.Count == 0)
            (places, targets) = ([0], [batch[0].Ids[0]]);
        return (ids, [.. places], [.. targets]);
    }
}
