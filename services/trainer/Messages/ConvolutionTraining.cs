using System.Runtime.InteropServices;
using ModelOps.Features.Assist;
using ModelOps.Trainer.Architectures;
using ModelOps.Trainer.Optimizers;
using TorchSharp;
using static TorchSharp.torch;

namespace ModelOps.Trainer.Messages;

/// <summary>Trains a <see cref="TextConvolution"/>, and asks it.</summary>
public static class ConvolutionTraining
{
    private const int BatchSize = 64, AskedAtOnce = 256;

    /// <summary>Batches whose messages are sorted by length together.</summary>
    private const int Pool = 25;

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
        int[] lengths = [.. texts.Select(text => WordEncoder.Split(text).Count)];
        var passes = parameters.PassesOver(texts.Count);
        var (step, steps) = (0, passes * ((texts.Count + BatchSize - 1) / BatchSize));
        network.train();
        for (var pass = 1; pass <= passes; pass++)
        {
            var (loss, started) = (0d, TimeProvider.System.GetTimestamp());
            foreach (var batch in Batches(lengths, order, shuffling))
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

    /// <summary>Messages of like length together, as a batch is as long as its longest: by chance, then sorted within pools.</summary>
    private static int[][] Batches(int[] lengths, int[] order, Random random)
    {
        random.Shuffle(order);
        int[][] batches = [.. order.Chunk(BatchSize * Pool).SelectMany(pool => pool.OrderBy(row => lengths[row]).Chunk(BatchSize))];
        random.Shuffle(batches);
        return batches;
    }

    /// <returns>(texts, classes) log-probabilities, the mean over the networks.</returns>
    public static float[][] Score(WordEncoder encoder, IReadOnlyList<TextConvolution> networks, IReadOnlyList<string> texts)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        ArgumentNullException.ThrowIfNull(networks);
        using var untracked = no_grad();
        var scores = new float[texts.Count][];
        foreach (var batch in Enumerable.Range(0, texts.Count).OrderBy(row => texts[row].Length).Chunk(AskedAtOnce))
        {
            using var scope = NewDisposeScope();
            var (words, places, runs) = Tensors(encoder.Encode([.. batch.Select(row => texts[row])]));
            var mean = networks.Select(network => nn.functional.log_softmax(network.call(words, places, runs), 1)).Aggregate((sum, next) => sum.Plus(next)).div(Scalars.Of(networks.Count));
            foreach (var (row, score) in batch.Zip(mean.data<float>().ToArray().Chunk((int)mean.shape[1])))
                scores[row] = score;
        }
        return scores;
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
