// Hu et al.: LoRA: Low-Rank Adaptation of Large Language Models. ICLR 2022, https://arxiv.org/abs/2106.09685
using ModelOps.Trainer.Architectures;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ModelOps.Trainer.Training;

/// <summary>Beside each dense layer of a network, whose weights stay, a product of two thin matrices that learns: W + B·A.</summary>
internal sealed class Adapters : nn.Module
{
    public const string Name = "adapters";
    private const double Spread = 0.02;
    private readonly List<(Linear Layer, Parameter In, Parameter Out)> adapted = [];

    /// <param name="rank">Columns between the two.</param>
    public Adapters(nn.Module network, int rank) : base(Name)
    {
        foreach (var (path, module) in network.named_modules())
        {
            if (module is not Linear layer)
                continue;
            layer.weight!.requires_grad = false;
            var into = new Parameter(zeros(rank, layer.weight.shape[1])); // A
            var outOf = new Parameter(zeros(layer.weight.shape[0], rank)); // B, 0 at first: nothing is changed yet
            using (no_grad())
                into.normal_(0, Spread);
            var name = path.Replace('.', '_');
            register_parameter(name + "_in", into);
            register_parameter(name + "_out", outOf);
            adapted.Add((layer, into, outOf));
            layer.register_forward_hook((_, x, y) => y.Plus(nn.functional.linear(nn.functional.linear(x, into), outOf)));
        }
        network.register_module(Name, this);
    }

    /// <summary>Adds what was learned to the layers, so that they can be used and exported as any others.</summary>
    public void Merge()
    {
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        foreach (var (layer, into, outOf) in adapted)
        {
            layer.weight!.add_(outOf.mm(into));
            outOf.zero_();
        }
    }
}
