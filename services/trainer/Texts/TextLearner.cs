using ModelOps.Trainer.Architectures;
using ModelOps.Trainer.Optimizers;
using ModelOps.Trainer.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace ModelOps.Trainer.Texts;

/// <summary>Modules that learn together: passes over batches with warm-up and a linear descent of the learning rate, clipped gradients, frozen weights and adapters.</summary>
internal sealed class TextLearner : IDisposable
{
    private const double Warmup = 0.1, ClipNorm = 1, WorthThreads = 250e6;
    private readonly Together together;
    private readonly Adapters? adapters;
    private readonly IOptimizer optimizer;
    private readonly TextOptions options;

    /// <param name="network">What <see cref="TextOptions.Freeze"/> and <see cref="TextOptions.LoraRank"/> are about; null where all learns.</param>
    /// <exception cref="TrainingException">A weight to freeze is not there.</exception>
    public TextLearner(TextOptions options, nn.Module? network, params nn.Module[] modules)
    {
        this.options = options;
        if (network is not null && options.LoraRank > 0)
            adapters = new Adapters(network, options.LoraRank);
        if (network is not null)
            Freeze(network);
        together = new Together(modules);
        optimizer = new AdamW(together, options.WeightDecay);
    }

    /// <param name="batches">Of a pass, by its number; the same number gives the same batches.</param>
    /// <param name="loss">Of a batch: a scalar.</param>
    /// <param name="report">Gets the pass, from 1, and its mean loss; false ends the training.</param>
    public void Run<T>(int passes, double learningRate, Func<int, IReadOnlyList<T>> batches, Func<T, Tensor> loss, Func<int, double, bool>? report = null)
    {
        var threads = get_num_threads();
        set_num_threads(IsSmall ? 1 : threads);
        for (var pass = 0; pass < passes; pass++)
        {
            manual_seed(options.Seed * 1000 + pass);
            var all = batches(pass);
            var total = 0.0;
            for (var at = 0; at < all.Count; at++)
                total += Step(() => loss(all[at]), learningRate * ShareAt((pass + (double)at / all.Count) / passes));
            var mean = total / Math.Max(1, all.Count);
            if (!double.IsFinite(mean))
                throw new TrainingException($"The loss is not a number any more. Lower the learning rate (now {learningRate}).");
            if (report?.Invoke(pass + 1, mean) == false)
                break;
        }
        set_num_threads(threads);
        adapters?.Merge();
    }

    /// <summary>A small step's operations are over before a second thread is awake.</summary>
    private bool IsSmall => (double)options.BatchSize * options.MaxTokens * together.parameters().Where(parameter => parameter.requires_grad).Sum(parameter => parameter.NumberOfElements) < WorthThreads;

    private double Step(Func<Tensor> loss, double learningRate)
    {
        using var scope = NewDisposeScope();
        Tensor value;
        using (Autocast.To(options.IsBfloat16))
            value = loss();
        value.backward();
        Clipping.Clip(together.parameters(), ClipNorm);
        optimizer.Step(learningRate);
        return value.item<float>();
    }

    private static double ShareAt(double done) => done < Warmup ? (done + 0.01) / (Warmup + 0.01) : (1 - done) / (1 - Warmup);

    private void Freeze(nn.Module network)
    {
        foreach (var beginning in options.Freeze)
        {
            var found = network.named_parameters().Where(named => named.name.StartsWith(beginning, StringComparison.Ordinal)).ToList();
            if (found.Count == 0)
                throw new TrainingException($"'freeze' names '{beginning}', with which no weight of the network begins. They are: {string.Join(", ", network.named_parameters().Select(named => named.name).Take(40))}.");
            found.ForEach(named => named.parameter.requires_grad = false);
        }
    }

    public void Dispose() => optimizer.Dispose();

    /// <summary>Several modules as one that owns none of them.</summary>
    private sealed class Together : nn.Module
    {
        public Together(nn.Module[] modules) : base(nameof(Together))
        {
            foreach (var (at, module) in modules.Index())
                register_module($"part{at}", module);
        }
    }
}
