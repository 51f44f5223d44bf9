// He, Zhang, Ren, Sun: Deep Residual Learning for Image Recognition. CVPR 2016, https://arxiv.org/abs/1512.03385, small
using ModelOps.Pictures;
using ModelOps.Trainer.Architectures;
using ModelOps.Trainer.Onnx;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using ElementType = ModelOps.Trainer.Onnx.Format.TensorProto.Types.DataType;

namespace ModelOps.Trainer.Pictures;

/// <summary>Pictures to vectors of length 1: a first layer, three residual stages that each halve the sides and double the channels, their mean, and a projection.</summary>
public sealed class PictureNetwork : nn.Module<Tensor, Tensor>
{
    private const int Stages = 3;

    /// <summary>Pictures of at most this side keep it through the first layer.</summary>
    private const int SmallSide = 32;

    internal const double Least = 1e-6;
    private readonly PictureSettings settings;
    private readonly ConvolutionNorm first;
    private readonly (ConvolutionNorm Halving, ConvolutionNorm Second, ConvolutionNorm Shortcut)[] stages;
    private readonly Linear output;

    public PictureNetwork(PictureSettings settings, int width) : base("picture_network")
    {
        ArgumentNullException.ThrowIfNull(settings);
        this.settings = settings;
        first = Register("first", new ConvolutionNorm(3, width, 3, settings.Side > SmallSide ? 2 : 1));
        stages = [.. Enumerable.Range(0, Stages).Select(stage =>
        {
            var (from, to) = (width << stage, width << (stage + 1));
            return (Register($"halving{stage}", new ConvolutionNorm(from, to, 3, 2)), Register($"second{stage}", new ConvolutionNorm(to, to, 3, 1)), Register($"shortcut{stage}", new ConvolutionNorm(from, to, 1, 2)));
        })];
        output = nn.Linear(width << Stages, settings.Dimensions);
        register_module("output", output);
    }

    private ConvolutionNorm Register(string name, ConvolutionNorm layer)
    {
        register_module(name, layer);
        return layer;
    }

    /// <param name="pictures">(batch, 3, side, side), normalised as the settings say.</param>
    /// <returns>(batch, dimensions) of length 1.</returns>
    public override Tensor forward(Tensor pictures)
    {
        using var scope = NewDisposeScope();
        var seen = nn.functional.relu(first.call(pictures)); // (batch, width, side, side)
        foreach (var (halving, second, shortcut) in stages)
            seen = nn.functional.relu(second.call(nn.functional.relu(halving.call(seen))).Plus(shortcut.call(seen))); // (batch, 2 · channels, side / 2, side / 2)
        var vectors = output.call(seen.mean([2, 3])); // (batch, dim)
        return ToLengthOne(vectors).MoveToOuterDisposeScope();
    }

    internal static Tensor ToLengthOne(Tensor vectors) => vectors / (vectors * vectors).sum(1, keepdim: true).sqrt().clamp_min(Scalars.Of(Least));

    public Onnx.Format.ModelProto Export()
    {
        var graph = new GraphBuilder("pictures");
        var pictures = graph.Input(settings.Input, ElementType.Float, "batch", 3, settings.Side, settings.Side);
        var seen = graph.Node("Relu", [first.Export(graph, "first", pictures)]);
        foreach (var (stage, (halving, second, shortcut)) in stages.Index())
        {
            var inner = second.Export(graph, $"second{stage}", graph.Node("Relu", [halving.Export(graph, $"halving{stage}", seen)]));
            seen = graph.Node("Relu", [graph.Node("Add", [inner, shortcut.Export(graph, $"shortcut{stage}", seen)])]);
        }
        var mean = graph.Node("ReduceMean", [seen, graph.Constant("sides", [2L, 3L])], ("keepdims", 0L));
        var vectors = graph.Node("Gemm", [mean, graph.Weight("output", output.weight!), graph.Weight("output.bias", output.bias!)], ("transB", 1L));
        var length = graph.Node("Max", [graph.Node("ReduceL2", [vectors, graph.Constant("axis1", 1L)]), graph.Constant("least", (float)Least)]);
        graph.Output(settings.Output, graph.Node("Div", [vectors, length]), ElementType.Float, "batch", settings.Dimensions);
        return graph.Build();
    }
}
