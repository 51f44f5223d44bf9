using System.Text.Json;

namespace ModelOps.Features;

/// <summary>What goes into a model of somebody's own and what comes out: <c>signature.json</c>, which makes a package of any ONNX file (MLflow's idea).</summary>
/// <param name="Description">What the model is for.</param>
public sealed record ModelSignature(IReadOnlyList<TensorSpec> Inputs, IReadOnlyList<TensorSpec> Outputs, string? Description = null)
{
    /// <exception cref="InvalidDataException">The file is no signature.</exception>
    public static async Task<ModelSignature> ReadAsync(string path, CancellationToken cancellationToken = default)
    {
        await using var file = File.OpenRead(path);
        try
        {
            var signature = await JsonSerializer.DeserializeAsync<ModelSignature>(file, PackageJson.Indented, cancellationToken);
            if (signature is { Inputs.Count: > 0, Outputs.Count: > 0 } && signature.Inputs.Concat(signature.Outputs).All(tensor => tensor is { Name.Length: > 0, Datatype.Length: > 0, Shape: not null }))
                return signature;
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"{PackageFiles.Signature} is not valid: {exception.Message}", exception);
        }
        throw new InvalidDataException($"{PackageFiles.Signature} must list 'inputs' and 'outputs', each with 'name', 'datatype' and 'shape'.");
    }
}

/// <summary>A tensor that goes in or comes out, in the words of the Open Inference Protocol.</summary>
/// <param name="Datatype"><c>FP32</c>, <c>INT64</c>, <c>BYTES</c> and so on.</param>
/// <param name="Shape">−1 where any length goes.</param>
public sealed record TensorSpec(string Name, string Datatype, IReadOnlyList<long> Shape, string? Description = null);
