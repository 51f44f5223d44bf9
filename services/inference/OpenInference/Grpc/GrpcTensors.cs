using Google.Protobuf;
using ModelOps.Features;

namespace ModelOps.Inference.OpenInference.Grpc;

/// <summary>Tensors as the protocol's messages have them: typed contents, or raw bytes for all inputs together. Answers are raw, which every client reads.</summary>
internal static class GrpcTensors
{
    /// <exception cref="OpenInferenceException">Something is missing, unknown, or of another kind, shape or size.</exception>
    public static TensorCall Read(ModelInferRequest request, ModelSignature signature, int maxValues)
    {
        if (request.RawInputContents.Count > 0 && request.RawInputContents.Count != request.Inputs.Count)
            throw OpenInferenceException.Bad($"raw_input_contents has {request.RawInputContents.Count} entries for {request.Inputs.Count} inputs.");
        var inputs = request.Inputs.Select((input, at) =>
        {
            var (datatype, count) = TensorCheck.Expect(signature, input.Name, input.Datatype, input.Shape, maxValues);
            var values = request.RawInputContents.Count > 0 ? datatype.FromRaw(request.RawInputContents[at].Span, count) : Typed(input, datatype);
            return values?.Length == count
                ? new NamedTensor(input.Name, datatype, [.. input.Shape], values)
                : throw OpenInferenceException.Bad($"The contents of the input '{input.Name}' are not {count} values of {datatype.Name}, which its shape [{string.Join(", ", input.Shape)}] has.");
        });
        return TensorCheck.CallOf(signature, [.. inputs], [.. request.Outputs.Select(output => output.Name)]);
    }

    /// <summary>The protocol has no typed contents for FP16; small integers travel as int or uint.</summary>
    private static Array? Typed(ModelInferRequest.Types.InferInputTensor input, Datatype datatype)
    {
        var contents = input.Contents ?? new InferTensorContents();
        try
        {
            return datatype.Name switch
            {
                "BOOL" => contents.BoolContents.ToArray(),
                "INT8" => contents.IntContents.Select(value => checked((sbyte)value)).ToArray(),
                "INT16" => contents.IntContents.Select(value => checked((short)value)).ToArray(),
                "INT32" => contents.IntContents.ToArray(),
                "INT64" => contents.Int64Contents.ToArray(),
                "UINT8" => contents.UintContents.Select(value => checked((byte)value)).ToArray(),
                "UINT16" => contents.UintContents.Select(value => checked((ushort)value)).ToArray(),
                "UINT32" => contents.UintContents.ToArray(),
                "UINT64" => contents.Uint64Contents.ToArray(),
                "FP32" => contents.Fp32Contents.ToArray(),
                "FP64" => contents.Fp64Contents.ToArray(),
                "BYTES" => contents.BytesContents.Select(value => value.ToStringUtf8()).ToArray(),
                _ => throw OpenInferenceException.Bad($"The input '{input.Name}' is {datatype.Name}, which has no typed contents; send raw_input_contents."),
            };
        }
        catch (OverflowException)
        {
            throw OpenInferenceException.Bad($"A value of the input '{input.Name}' is out of the range of {datatype.Name}.");
        }
    }

    public static void Write(IReadOnlyList<NamedTensor> outputs, ModelInferResponse response)
    {
        foreach (var output in outputs)
        {
            response.Outputs.Add(new ModelInferResponse.Types.InferOutputTensor { Name = output.Name, Datatype = output.Datatype.Name, Shape = { output.Shape } });
            response.RawOutputContents.Add(UnsafeByteOperations.UnsafeWrap(output.Datatype.ToRaw(output.Values)));
        }
    }
}
