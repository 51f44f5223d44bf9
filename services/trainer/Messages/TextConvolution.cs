// Kim: Convolutional neural networks for sentence classification. EMNLP 2014, https://arxiv.org/abs/1408.5882
// with words made of their runs of characters, as Bojanowski et al. 2017, https://arxiv.org/abs/1607.04606
using ModelOps.Features.Assist;
using ModelOps.Trainer.Architectures;
using ModelOps.Trainer.Onnx;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using ElementType = ModelOps.Trainer.Onnx.Format.TensorProto.Types.DataType;

namespace ModelOps.Trainer.Messages;

/// <param name="Words">Rows of the word table.</param>
/// <param name="Buckets">Rows of the table of runs.</param>
/// <param name="WordDropout">The share of words that learning takes for unknown ones.</param>
public sealed record ConvolutionConfig(int Words, int Buckets, int Classes, int Dimensions, int Filters, double WordDropout = .1, double InputDropout = .3, double HiddenDropout = .5)
{
    public static IReadOnlyList<int> Widths { get; } = [1, 3, 5];
}

/// <summary>Reads a message's words in their order: the strongest answer of each filter, and the mean of the words, give the classes' scores.</summary>
public sealed class TextConvolution : nn.Module<Tensor, Tensor, Tensor, Tensor>
{
    private const double Spread = .1;
    private readonly ConvolutionConfig config;
    private readonly Embedding words, runs;
    private readonly Conv1d[] filters;
    private readonly Linear output;
    private readonly Dropout inputDropout, hiddenDropout;

    public TextConvolution(ConvolutionConfig config) : base("text_convolution")
    {
        ArgumentNullException.ThrowIfNull(config);
        this.config = config;
        words = Table("words", config.Words);
        runs = Table("runs", config.Buckets);
        filters = [.. ConvolutionConfig.Widths.Select(width => nn.Conv1d(config.Dimensions, config.Filters, width, padding: width / 2))];
        foreach (var (width, filter) in ConvolutionConfig.Widths.Zip(filters))
            register_module($"filters{width}", filter);
        output = nn.Linear((config.Filters * filters.Length) + config.Dimensions, config.Classes);
        register_module("output", output);
        (inputDropout, hiddenDropout) = (nn.Dropout(config.InputDropout), nn.Dropout(config.HiddenDropout));
        register_module("input_dropout", inputDropout);
        register_module("hidden_dropout", hiddenDropout);
    }

    private Embedding Table(string name, int rows)
    {
        var table = nn.Embedding(rows, config.Dimensions, padding_idx: 0);
        using var untracked = no_grad();
        table.weight!.normal_(0, Spread);
        table.weight![0].zero_();
        register_module(name, table);
        return table;
    }

    /// <param name="message">(batch, length) word ids.</param>
    /// <param name="places">(batch, length): where a word's runs are.</param>
    /// <param name="inside">(different words, runs) ids.</param>
    /// <returns>(batch, classes) scores.</returns>
    public override Tensor forward(Tensor message, Tensor places, Tensor inside)
    {
        using var scope = NewDisposeScope();
        using var there = message.ne(Scalars.Whole(0)); // (batch, length)
        if (training && config.WordDropout > 0)
            message = where(rand(message.shape).lt(Scalars.Of(config.WordDropout)) & there, ones_like(message), message);
        var count = inside.ne(Scalars.Whole(0)).sum(1, keepdim: true).clamp_min(Scalars.Whole(1)); // (different, 1)
        var made = runs.call(inside).sum(1) / count; // (different, dim)
        var read = words.call(message).Plus(made.index_select(0, places.flatten()).view(message.shape[0], message.shape[1], config.Dimensions)); // (batch, length, dim)
        var mask = there.unsqueeze(2).to_type(ScalarType.Float32);
        read = inputDropout.call(read) * mask;
        var mean = read.sum(1) / mask.sum(1).clamp_min(Scalars.Of(1)); // (batch, dim)
        var found = ConvolutionConfig.Widths.Zip(filters, (width, filter) => nn.functional.relu(Convolve(read, filter, width)).amax([1])); // (batch, filters) each
        return output.call(hiddenDropout.call(cat([.. found, mean], 1))).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// By a product of matrices: libtorch's own convolution gives wrong numbers, and NaN, on some processors for sizes such as 100. See
    /// docs/decisions/0017-convolutions-of-messages-by-matrix-products.md.
    /// </summary>
    /// <param name="read">(batch, length, dim).</param>
    /// <returns>(batch, length, filters).</returns>
    private static Tensor Convolve(Tensor read, Conv1d filter, int width)
    {
        var around = nn.functional.pad(read, [0, 0, width / 2, width / 2]).unfold(1, width, 1); // (batch, length, dim, width)
        return around.flatten(2).matmul(filter.weight!.flatten(1).t()).Plus(filter.bias!);
    }

    /// <summary>Adds the network to a graph; its weights' names begin with <paramref name="prefix"/>.</summary>
    /// <returns>(batch, classes) log-probabilities.</returns>
    public string Export(GraphBuilder graph, string message, string inside, string prefix)
    {
        ArgumentNullException.ThrowIfNull(graph);
        var (axis1, axis2) = (graph.Constant("axis1", 1L), graph.Constant("axis2", 2L));
        var one = graph.Constant("one", 1f);
        var isRun = graph.Node("Cast", [graph.Node("Sign", [inside])], ("to", (long)ElementType.Float));
        var count = graph.Node("Max", [graph.Node("ReduceSum", [isRun, axis2]), one]); // (batch, length, 1)
        var sum = graph.Node("ReduceSum", [graph.Node("Gather", [graph.Weight(prefix + "runs", runs.weight!), inside]), axis2], ("keepdims", 0L));
        var read = graph.Node("Add", [graph.Node("Gather", [graph.Weight(prefix + "words", words.weight!), message]), graph.Node("Div", [sum, count])]);
        var there = graph.Node("Cast", [graph.Node("Sign", [message])], ("to", (long)ElementType.Float));
        read = graph.Node("Mul", [read, graph.Node("Unsqueeze", [there, axis2])]); // (batch, length, dim)
        var mean = graph.Node("Div", [graph.Node("ReduceSum", [read, axis1], ("keepdims", 0L)), graph.Node("Max", [graph.Node("ReduceSum", [there, axis1]), one])]);
        var columns = graph.Node("Transpose", [read], ("perm", new long[] { 0, 2, 1 }));
        List<string> parts = [.. filters.Select((filter, i) =>
        {
            var pad = (long)(ConvolutionConfig.Widths[i] / 2);
            var found = graph.Node("Conv", [columns, graph.Weight($"{prefix}filters{i}", filter.weight!), graph.Weight($"{prefix}filters{i}.bias", filter.bias!)], ("pads", new[] { pad, pad }));
            return graph.Node("ReduceMax", [graph.Node("Relu", [found]), axis2], ("keepdims", 0L));
        }), mean];
        var scores = graph.Node("Gemm", [graph.Node("Concat", parts, ("axis", 1L)), graph.Weight(prefix + "output", output.weight!), graph.Weight(prefix + "output.bias", output.bias!)], ("transB", 1L));
        return graph.Node("LogSoftmax", [scores], ("axis", 1L));
    }
}
