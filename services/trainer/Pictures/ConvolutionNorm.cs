// Ioffe, Szegedy: Batch Normalization. ICML 2015, https://arxiv.org/abs/1502.03167
using ModelOps.Trainer.Onnx;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ModelOps.Trainer.Pictures;

/// <summary>A convolution whose channels are brought to mean 0 and deviation 1, then scaled as learned.</summary>
internal sealed class ConvolutionNorm : nn.Module<Tensor, Tensor>
{
    private const double Epsilon = 1e-5;
    private readonly Conv2d convolution;
    private readonly BatchNorm2d norm;
    private readonly long stride, padding;

    public ConvolutionNorm(int from, int to, int size, int stride) : base("convolution_norm")
    {
        (this.stride, padding) = (stride, size / 2);
        convolution = nn.Conv2d(from, to, size, stride: stride, padding: padding, bias: false);
        norm = nn.BatchNorm2d(to, eps: Epsilon);
        register_module("convolution", convolution);
        register_module("norm", norm);
    }

    public override Tensor forward(Tensor x) => norm.call(convolution.call(x));

    public string Export(GraphBuilder graph, string name, string x)
    {
        var filtered = graph.Node("Conv", [x, graph.Weight(name, convolution.weight!)], ("strides", new[] { stride, stride }), ("pads", new[] { padding, padding, padding, padding }));
        return graph.Node("BatchNormalization", [filtered, graph.Weight(name + ".scale", norm.weight!), graph.Weight(name + ".shift", norm.bias!), graph.Weight(name + ".mean", norm.running_mean!), graph.Weight(name + ".variance", norm.running_var!)], ("epsilon", (float)Epsilon));
    }
}
