using TorchSharp;
using static TorchSharp.torch;

namespace ModelOps.Trainer.Texts;

/// <summary>A named group of modules, so that parameters get the names that published checkpoints have, such as <c>attention.self.query.weight</c>.</summary>
internal sealed class Part : nn.Module
{
    private readonly (string Name, nn.Module Module)[] held;

    public Part(params (string Name, nn.Module Module)[] held) : base(nameof(Part))
    {
        this.held = held;
        foreach (var (name, module) in held)
            register_module(name, module);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            foreach (var (_, module) in held)
                module.Dispose();
        }
        base.Dispose(disposing);
    }
}
