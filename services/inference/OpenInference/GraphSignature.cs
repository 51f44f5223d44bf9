using Microsoft.ML.OnnxRuntime;
using ModelOps.Features;

namespace ModelOps.Inference.OpenInference;

/// <summary>What a graph itself says of its tensors.</summary>
internal static class GraphSignature
{
    /// <summary>Tensors of a datatype that the protocol has; others cannot be asked.</summary>
    public static ModelSignature Of(InferenceSession session) => new(SpecsOf(session.InputMetadata), SpecsOf(session.OutputMetadata));

    /// <exception cref="InvalidDataException">The signature names what the graph does not have, or has otherwise.</exception>
    public static void Check(ModelSignature signature, InferenceSession session)
    {
        Check("input", signature.Inputs, session.InputMetadata);
        Check("output", signature.Outputs, session.OutputMetadata);
        if (session.InputMetadata.Keys.Except(signature.Inputs.Select(input => input.Name)).FirstOrDefault() is { } forgotten)
            throw new InvalidDataException($"The graph needs the input '{forgotten}', which {PackageFiles.Signature} does not list.");
    }

    private static void Check(string kind, IReadOnlyList<TensorSpec> said, IReadOnlyDictionary<string, NodeMetadata> graph)
    {
        foreach (var tensor in said)
        {
            if (!graph.TryGetValue(tensor.Name, out var node))
                throw new InvalidDataException($"{PackageFiles.Signature} lists the {kind} '{tensor.Name}'; the graph has {string.Join(", ", graph.Keys)}.");
            if (Datatype.Of(tensor.Datatype) is not { } datatype)
                throw new InvalidDataException($"The {kind} '{tensor.Name}' has the datatype '{tensor.Datatype}'; known are {string.Join(", ", Datatype.All.Select(type => type.Name))}.");
            if (!node.IsTensor || node.ElementDataType != datatype.Element)
                throw new InvalidDataException($"{PackageFiles.Signature} says that the {kind} '{tensor.Name}' is {tensor.Datatype}, the graph says {(node.IsTensor ? node.ElementDataType : node.OnnxValueType)}.");
            if (node.Dimensions is { Length: > 0 } sides && !(sides.Length == tensor.Shape.Count && tensor.Shape.Zip(sides).All(side => side.First < 0 || side.Second < 0 || side.First == side.Second)))
                throw new InvalidDataException($"{PackageFiles.Signature} says that the {kind} '{tensor.Name}' has the shape [{string.Join(", ", tensor.Shape)}], the graph says [{string.Join(", ", sides)}].");
        }
    }

    private static List<TensorSpec> SpecsOf(IReadOnlyDictionary<string, NodeMetadata> nodes) =>
    [
        .. from node in nodes
           where node.Value.IsTensor && Datatype.Of(node.Value.ElementDataType) is not null
           select new TensorSpec(node.Key, Datatype.Of(node.Value.ElementDataType)!.Name, [.. node.Value.Dimensions.Select(side => side < 0 ? -1L : side)]),
    ];
}
