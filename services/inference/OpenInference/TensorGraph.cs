using Microsoft.ML.OnnxRuntime;
using ModelOps.Features;
using ModelOps.Inference.Batching;

namespace ModelOps.Inference.OpenInference;

/// <summary>A graph asked by its tensors. Callers make their own batches: nobody knows which side of a foreign graph is the batch.</summary>
internal sealed class TensorGraph(InferenceSession session, ModelSignature signature) : IBatchComputation<TensorCall>, IDisposable
{
    private readonly RunOptions runOptions = new();

    public ModelSignature Signature => signature;

    public bool Fits(ReadOnlySpan<TensorCall> batch, TensorCall next) => false;

    public void Compute(ReadOnlySpan<TensorCall> batch)
    {
        foreach (var call in batch)
            call.Outputs = Run(call);
    }

    private List<NamedTensor> Run(TensorCall call)
    {
        var inputs = call.Inputs.Select(input => input.Datatype.ToOrt(input.Values, input.Shape)).ToList();
        try
        {
            using var outputs = session.Run(runOptions, [.. call.Inputs.Select(input => input.Name)], inputs, call.Wanted);
            return [.. call.Wanted.Zip(outputs, Read)];
        }
        finally
        {
            foreach (var input in inputs)
                input.Dispose();
        }
    }

    private static NamedTensor Read(string name, OrtValue value)
    {
        var info = value.GetTensorTypeAndShape();
        var datatype = Datatype.Of(info.ElementDataType)!; // the signature lists only these
        return new NamedTensor(name, datatype, info.Shape, datatype.FromOrt(value));
    }

    public void Dispose() => runOptions.Dispose();
}
