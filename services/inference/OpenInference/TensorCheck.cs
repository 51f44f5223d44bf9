using ModelOps.Features;

namespace ModelOps.Inference.OpenInference;

/// <summary>Holds what a caller sends against what the model expects. What is wrong names the tensor and what was expected.</summary>
internal static class TensorCheck
{
    /// <summary>The datatype and the number of values of a tensor that is about to be read.</summary>
    /// <exception cref="OpenInferenceException">It is unknown, too large, or of another datatype or shape.</exception>
    public static (Datatype Datatype, int Count) Expect(ModelSignature signature, string name, string datatype, IReadOnlyList<long> shape, int maxValues)
    {
        var expected = signature.Inputs.FirstOrDefault(input => input.Name == name)
            ?? throw OpenInferenceException.Bad($"The model has no input '{name}'; its inputs are {string.Join(", ", signature.Inputs.Select(input => input.Name))}.");
        if (datatype != expected.Datatype)
            throw OpenInferenceException.Bad($"The input '{name}' has the datatype '{datatype}'; expected {expected.Datatype}.");
        // A graph may leave a shape open altogether.
        var fits = expected.Shape.Count == 0 || (shape.Count == expected.Shape.Count && shape.Zip(expected.Shape).All(side => side.Second < 0 || side.First == side.Second));
        if (!fits || shape.Any(side => side < 0))
            throw OpenInferenceException.Bad($"The input '{name}' has the shape {Text(shape)}; expected {Text(expected.Shape)}, where -1 is any length.");
        var count = shape.Aggregate((Int128)1, (product, side) => product > maxValues ? product : product * side);
        if (shape.Contains(0))
            count = 0;
        if (count > maxValues)
            throw OpenInferenceException.Bad($"The input '{name}' of the shape {Text(shape)} has more than {maxValues} values. Send it in parts, or raise OpenInference:MaxTensorValues.");
        return (Datatype.Of(datatype)!, (int)count);
    }

    /// <summary>Every input once, and outputs that exist.</summary>
    /// <param name="wanted">Names of outputs; none asks for all.</param>
    public static TensorCall CallOf(ModelSignature signature, List<NamedTensor> inputs, IReadOnlyList<string> wanted)
    {
        if (inputs.CountBy(input => input.Name).FirstOrDefault(input => input.Value > 1) is { Key: { } twice })
            throw OpenInferenceException.Bad($"The input '{twice}' comes twice.");
        if (signature.Inputs.FirstOrDefault(expected => inputs.All(input => input.Name != expected.Name)) is { } missing)
            throw OpenInferenceException.Bad($"The input '{missing.Name}' is missing; expected {missing.Datatype} of the shape {Text(missing.Shape)}.");
        if (wanted.FirstOrDefault(name => signature.Outputs.All(output => output.Name != name)) is { } unknown)
            throw OpenInferenceException.Bad($"The model has no output '{unknown}'; its outputs are {string.Join(", ", signature.Outputs.Select(output => output.Name))}.");
        return new TensorCall(inputs, wanted.Count > 0 ? [.. wanted.Distinct()] : [.. signature.Outputs.Select(output => output.Name)]);
    }

    private static string Text(IEnumerable<long> shape) => $"[{string.Join(", ", shape)}]";
}
