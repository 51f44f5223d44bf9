using System.Runtime.InteropServices;
using ModelOps.Features.Assist;
using ModelOps.Trainer.Optimizers;
using TorchSharp;
using static TorchSharp.torch;

namespace ModelOps.Trainer.Messages;

/// <summary>Trains a <see cref="TextConvolution"/>, and asks it.</summary>
public static class ConvolutionTraining
{
    private const int BatchSize = 64, AskedAtOnce = 256;
    private const double WeightDecay = 1e-3, Smoothing = .1;

    /// <param name="report">Told each pass, from 1, its mean loss in nats and its seconds.</param>
    public static TextConvolution Train(
        WordEncoder encoder, IReadOnlyList<string> texts, IReadOnlyList<int> labels, int classes, AssistParameters parameters, int seed, Action<int, double, double> report)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(report);
        random.manual_seed(seed);
        var network = new TextConvolution(new ConvolutionConfig(encoder.Words, encoder.Buckets, classes, parameters.Dimensions, parameters.Filters));
        var optimizer = new AdamW(network, WeightDecay);
        var (order, shuffling) = (Enumerable.Range(0, texts.Count).ToArray(), new Random(seed));
        var (step, steps) = (0, parameters.Passes * ((texts.Count + BatchSize - 1) / BatchSize));
        network.train();
        for (var pass = 1; pass <= parameters.Passes; pass++)
        {
            var (loss, started) = (0d, TimeProvider.System.GetTimestamp());
            shuffling.Shuffle(order);
            foreach (var batch in order.Chunk(BatchSize))
            {
                using var scope = NewDisposeScope();
                var (words, places, runs) = Tensors(encoder.Encode([.. batch.Select(row => texts[row])]));
                var lost = nn.functional.cross_entropy(network.call(words, places, runs), tensor(batch.Select(row => (long)labels[row]).ToArray()), label_smoothing: Smoothing);
                network.zero_grad();
                lost.backward();
                optimizer.Step(parameters.LearningRate * (1 - ((double)step++ / steps)));
                loss += lost.item<float>() * batch.Length;
            }
            report(pass, loss / texts.Count, TimeProvider.System.GetElapsedTime(started).TotalSeconds);
        }
        network.eval();
        return network;
    }

    /// <returns>(texts, classes) log-probabilities, the mean over the networks.</returns>
    public static float[][] Score(WordEncoder encoder, IReadOnlyList<TextConvolution> networks, IReadOnlyList<string> texts)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        ArgumentNullException.ThrowIfNull(networks);
        using var untracked = no_grad();
        var scores = new List<float[]>();
        foreach (var batch in texts.Chunk(AskedAtOnce))
        {
            using var scope = NewDisposeScope();
            var (words, places, runs) = Tensors(encoder.Encode(batch));
            var mean = networks.Select(network => nn.functional.log_softmax(network.call(words, places, runs), 1)).Aggregate((sum, next) => sum + next) / networks.Count;
            scores.AddRange(mean.data<float>().ToArray().Chunk((int)mean.shape[1]));
        }
        return [.. scores];
    }

    /// <summary>The runs of a word that occurs again are looked up once: most of the work is there.</summary>
    private static (Tensor Words, Tensor Places, Tensor Runs) Tensors(EncodedMessages messages)
    {
        var (known, places, runs) = (new Dictionary<string, long>(StringComparer.Ordinal), new long[messages.Words.Length], new List<long>());
        for (var cell = 0; cell < places.Length; cell++)
        {
            var inside = messages.Runs.AsSpan(cell * WordEncoder.MostRuns, WordEncoder.MostRuns);
            var key = new string(MemoryMarshal.Cast<long, char>(inside));
            if (!known.TryGetValue(key, out places[cell]))
            {
                known[key] = places[cell] = known.Count;
                runs.AddRange(inside);
            }
        }
        return (tensor(messages.Words, messages.Rows, messages.Length), tensor(places, messages.Rows, messages.Length), tensor(runs.ToArray(), known.Count, WordEncoder.MostRuns));
    }
}
