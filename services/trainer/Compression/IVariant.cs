using ModelOps.Trainer.Onnx.Format;

namespace ModelOps.Trainer.Compression;

/// <summary>A smaller or faster graph of the same inputs and outputs, nearly the same answers.</summary>
public interface IVariant
{
    string Name { get; }

    /// <summary>A new graph; the given one stays as it is.</summary>
    ModelProto Of(ModelProto model);
}

/// <summary>The variants by name. A new one is a file beside this and a line here.</summary>
public static class Variant
{
    public static IReadOnlyList<IVariant> All { get; } = [new HalfPrecision(), new DynamicInt8()];
}
