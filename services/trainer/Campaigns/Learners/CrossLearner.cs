// Wang et al.: DCN V2: improved deep & cross network. WWW 2021, https://arxiv.org/abs/2008.13535 (the parallel structure)
using ModelOps.Features.Tables;
using ModelOps.Trainer.Onnx;
using ModelOps.Trainer.Optimizers;
using TorchSharp;
using static TorchSharp.torch;
using Dense = TorchSharp.Modules.Linear;

namespace ModelOps.Trainer.Campaigns.Learners;

/// <summary>How a deep and cross network is made and trained.</summary>
/// <param name="Crosses">Cross layers: products of so many columns plus one.</param>
/// <param name="Hidden">Width of the two deep layers.</param>
/// <param name="Passes">Over the rows, a fixed number: validation chooses it, not the rows it learns from.</param>
public sealed record CrossOptions(int Crosses = 2, int Hidden = 64, int Passes = 15, int BatchSize = 128, double LearningRate = 1e-3, double WeightDecay = 1e-2, double Dropout = .2);

/// <summary>A deep and cross network for the probability of a response: products of columns are learned, not listed.</summary>
public sealed class CrossLearner(CrossOptions? options = null) : ILearner
{
    private const int AskedAtOnce = 4096;
    private readonly CrossOptions options = options ?? new CrossOptions();

    public string Name => "deep and cross network";

    public ILearned Learn(TableRows rows, float[] targets, float[]? weights, int seed)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(targets);
        var threads = get_num_threads();
        set_num_threads(1); // a small step's operations are over before a second thread is awake
        random.manual_seed(seed);
        var network = new CrossNetwork(rows.Width, options);
        var optimizer = new AdamW(network, options.WeightDecay);
        var (order, shuffling) = (Enumerable.Range(0, rows.Count).ToArray(), new Random(seed));
        var (step, steps) = (0, options.Passes * ((rows.Count + options.BatchSize - 1) / options.BatchSize));
        network.train();
        for (var pass = 0; pass < options.Passes; pass++)
        {
            shuffling.Shuffle(order);
            foreach (var batch in order.Chunk(options.BatchSize))
            {
                using var scope = NewDisposeScope();
                var counts = weights is null ? null : tensor(batch.Select(row => weights[row]).ToArray());
                var loss = nn.functional.binary_cross_entropy_with_logits(
                    network.call(Rows(rows, batch)), tensor(batch.Select(row => targets[row]).ToArray()), weight: counts);
                network.zero_grad();
                loss.backward();
                optimizer.Step(options.LearningRate * (1 - (double)step++ / steps));
            }
        }
        network.eval();
        set_num_threads(threads);
        return new Learned(network);
    }

    /// <returns>(rows, width).</returns>
    private static Tensor Rows(TableRows rows, ReadOnlySpan<int> chosen)
    {
        var values = new float[chosen.Length * rows.Width];
        for (var i = 0; i < chosen.Length; i++)
            rows.Design.AsSpan(chosen[i] * rows.Width, rows.Width).CopyTo(values.AsSpan(i * rows.Width));
        return tensor(values, chosen.Length, rows.Width);
    }

    private sealed class Learned(CrossNetwork network) : ILearned
    {
        public double[] Predict(TableRows rows)
        {
            using var untracked = no_grad();
            var probabilities = new List<double>(rows.Count);
            foreach (var batch in Enumerable.Range(0, rows.Count).Chunk(AskedAtOnce))
            {
                using var scope = NewDisposeScope();
                probabilities.AddRange(network.call(Rows(rows, batch)).sigmoid().data<float>().Select(value => (double)value));
            }
            return [.. probabilities];
        }

        public string Export(GraphBuilder graph, string features, TableSchema schema) =>
            graph.Node("Sigmoid", [network.Export(graph, DesignGraph.Expand(graph, features, schema))]);
    }

    /// <summary>Cross layers beside deep ones; both give one number together.</summary>
    private sealed class CrossNetwork : nn.Module<Tensor, Tensor>
    {
        private readonly Dense[] crosses, deep;
        private readonly Dense output;
        private readonly TorchSharp.Modules.Dropout dropout;

        public CrossNetwork(int width, CrossOptions options) : base("cross_network")
        {
            crosses = [.. Enumerable.Range(0, options.Crosses).Select(_ => nn.Linear(width, width))];
            deep = [nn.Linear(width, options.Hidden), nn.Linear(options.Hidden, options.Hidden)];
            output = nn.Linear(width + options.Hidden, 1);
            dropout = nn.Dropout(options.Dropout);
            foreach (var (index, layer) in crosses.Concat(deep).Append(output).Index())
                register_module($"layer{index}", layer);
            register_module("dropout", dropout);
        }

        /// <param name="row">(batch, width).</param>
        /// <returns>(batch) log-odds.</returns>
        public override Tensor forward(Tensor row)
        {
            using var scope = NewDisposeScope();
            var (crossed, hidden) = (row, row);
            foreach (var layer in crosses)
                crossed = row * layer.call(crossed) + crossed;
            foreach (var layer in deep)
                hidden = dropout.call(nn.functional.relu(layer.call(hidden)));
            return output.call(cat([crossed, hidden], 1)).squeeze(1).MoveToOuterDisposeScope();
        }

        /// <returns>(batch, 1) log-odds.</returns>
        public string Export(GraphBuilder graph, string row)
        {
            var name = graph.Fresh("cross"); // two networks in a graph share no weights
            var (crossed, hidden) = (row, row);
            foreach (var (index, layer) in crosses.Index())
                crossed = graph.Node("Add", [graph.Node("Mul", [row, Layer($"{name}.cross{index}", layer, crossed)]), crossed]);
            foreach (var (index, layer) in deep.Index())
                hidden = graph.Node("Relu", [Layer($"{name}.deep{index}", layer, hidden)]);
            return Layer($"{name}.output", output, graph.Node("Concat", [crossed, hidden], ("axis", 1L)));

            string Layer(string called, Dense layer, string input) =>
                graph.Node("Gemm", [input, graph.Weight(called, layer.weight!), graph.Weight($"{called}.bias", layer.bias!)], ("transB", 1L));
        }
    }
}
